#include "core/run/plan.h"

#include <map>
#include <set>

#include "core/base/text.h"

namespace cvg {
namespace {

Status refuse(const std::string& step, const std::string& what) {
  return Status(Code::config, fmt::format("step '{}': {}", step, what));
}

}  // namespace

Result<Plan> Plan::build(const Pipeline& pipeline, const StepKinds& kinds) {
  Plan plan;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < pipeline.steps.size(); ++i) {
    const StepSpec& step = pipeline.steps[i];
    if (!places.emplace(step.id, i).second) return refuse(step.id, "the id stands there twice");
    if (!kinds.spec_schema(step.type)) return refuse(step.id, fmt::format("no loaded plugin offers the step kind '{}'", step.type));
  }
  for (const StepSpec& step : pipeline.steps) {
    Node node{{}, step.trigger, step.on_failure};
    for (const std::string& id : step.depends_on) {
      const auto found = places.find(id);
      if (found == places.end()) return refuse(step.id, fmt::format("there is no step '{}'", id));
      node.depends_on.push_back(found->second);
    }
    plan.nodes_.push_back(std::move(node));
  }
  plan.states_.assign(plan.nodes_.size(), StepState::pending);
  CVG_RETURN_IF_ERROR(plan.put_in_order(pipeline));
  for (std::size_t i = 0; i < plan.nodes_.size(); ++i) {
    if (!pipeline.steps[i].enabled) plan.skip(i);
  }
  return plan;
}

// A step is in order once all that it waits for are; what never gets there is part of a cycle or behind one.  Who waits for
// a step that is switched off waits for what that one would have waited for.
Status Plan::put_in_order(const Pipeline& pipeline) {
  std::vector<bool> in_order(nodes_.size(), false);
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const std::vector<std::size_t> needs = nodes_[i].depends_on;
      if (in_order[i] || !std::all_of(needs.begin(), needs.end(), [&](std::size_t n) { return in_order[n]; })) continue;
      in_order[i] = moved = true;
      std::set<std::size_t> real;
      for (const std::size_t n : needs) {
        if (pipeline.steps[n].enabled) real.insert(n);
        else real.insert(nodes_[n].depends_on.begin(), nodes_[n].depends_on.end());
      }
      nodes_[i].depends_on.assign(real.begin(), real.end());
    }
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!in_order[i]) return refuse(pipeline.steps[i].id, "depends on itself through others");
  }
  return {};
}

bool Plan::all_ended(bool final_phase) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (is_final(i) == final_phase && !is_terminal(states_[i])) return false;
  }
  return true;
}

bool Plan::has_passed(std::size_t step) const {
  if (states_[step] == StepState::complete || states_[step] == StepState::skipped) return true;
  return states_[step] == StepState::failed && (final_phase_ || nodes_[step].on_failure == OnFailure::proceed);
}

bool Plan::blocked(std::size_t step) const {
  const auto& needs = nodes_[step].depends_on;
  return !std::all_of(needs.begin(), needs.end(), [&](std::size_t n) { return has_passed(n); });
}

void Plan::skip(std::size_t step) {
  states_[step] = StepState::skipped;
  skipped_.push_back(step);
}

void Plan::skip_waiting() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!is_final(i) && states_[i] == StepState::pending) skip(i);
  }
}

std::vector<std::size_t> Plan::take_ready() {
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (states_[i] != StepState::pending || is_final(i) != final_phase_ || blocked(i)) continue;
    ready.push_back(i);
  }
  for (const std::size_t i : ready) states_[i] = StepState::running;
  return ready;
}

std::vector<std::size_t> Plan::take_skipped() { return std::exchange(skipped_, {}); }

void Plan::finished(std::size_t step, StepState state) {
  states_[step] = state;
  // A resumed run tells what its earlier life did in any order: a failure that is told first skips what had ended already.
  if (state != StepState::skipped) std::erase(skipped_, step);
  if (state != StepState::failed || is_final(step) || nodes_[step].on_failure == OnFailure::proceed) return;
  failed_ = true;
  skip_waiting();
}

void Plan::stop() {
  if (final_phase_) return;
  failed_ = true;
  skip_waiting();
}

void Plan::fail_late(const std::vector<std::size_t>& spared) {
  failed_ = true;
  for (const std::size_t i : spared) states_[i] = StepState::pending;
}

bool Plan::main_is_over() const { return !final_phase_ && all_ended(false); }

void Plan::begin_final_phase(bool failed) {
  failed_ = failed;
  final_phase_ = true;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (states_[i] == StepState::pending && nodes_[i].trigger == Trigger::on_failure && !failed_) skip(i);
  }
}

}  // namespace cvg
