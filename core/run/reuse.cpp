#include "core/run/reuse.h"

#include <algorithm>
#include <map>

#include "core/plugin/call.h"
#include "core/run/run_units.h"
#include "core/run/step_instance.h"
#include "core/run/step_services.h"

namespace cvg {
namespace {

constexpr int retries_of_retries_max = 1000;  // a chain of runs that ended before they wrote a step

struct Source {
  std::string run_id;
  std::vector<StepRun> rows;
};

// The nearest run behind this one that has steps: a retry that was cancelled while it waited has none.
Result<Source> find_source(RunContext& run) {
  RunStore& store = run.environment.store;
  Source source{run.run.retry_of, {}};
  for (int i = 0; i < retries_of_retries_max && !source.run_id.empty(); ++i) {
    CVG_ASSIGN(source.rows, store.steps(source.run_id));
    if (!source.rows.empty()) break;
    CVG_ASSIGN(const std::optional<Run> behind, store.get(run.tenant.id, source.run_id));
    source.run_id = behind ? behind->retry_of : "";
  }
  return source;
}

Json metadata_of(const StepRun& row, const std::string& source_id, const Published* found) {
  const Result<Json> stored = parse_json(row.metadata_json);
  Json metadata = stored.ok() && stored->is_object() ? *stored : Json::object();
  if (found) metadata = found->outputs_of(row.step_id);
  if (found && !found->units.empty()) metadata.set("responsible_for", to_json(found->units));
  if (!metadata.find("reused_from")) metadata.set("reused_from", source_id);
  return metadata;
}

class Reuse {
 public:
  Reuse(RunContext& run, const Source& source) : run_(run), source_(source) {}

  Result<std::vector<StepRun>> rows() {
    if (run_.pipeline.gate) {
      CVG_ASSIGN(all_published_, published(source_.run_id));
      if (!all_published_) return std::vector<StepRun>();
    }
    // A step may stand before those that it depends on.
    for (bool moved = true; moved;) {
      moved = false;
      for (const StepSpec& step : run_.pipeline.steps) {
        if (taken_.contains(step.id) || !is_candidate(step)) continue;
        CVG_ASSIGN(const bool taken, take(step));
        moved = moved || taken;
      }
    }
    std::vector<StepRun> out;
    for (auto& [id, row] : taken_) {
      if (!row.step_id.empty()) out.push_back(std::move(row));
    }
    return out;
  }

 private:
  bool is_candidate(const StepSpec& step) const {
    if (refused_.contains(step.id) || step.trigger != Trigger::on_success) return false;
    return std::all_of(step.depends_on.begin(), step.depends_on.end(), [&](const std::string& id) { return taken_.contains(id); });
  }
  Result<std::optional<Published>> published(const std::string& marker) {
    Call call = host_call(run_);
    return find_publication(run_.environment, marker, call.raw());
  }
  Result<bool> take(const StepSpec& step) {
    const auto row = std::find_if(source_.rows.begin(), source_.rows.end(),
                                  [&](const StepRun& r) { return r.step_id == step.id && r.step_type == step.type; });
    if (!step.enabled) {
      taken_.emplace(step.id, StepRun());  // skipped now as then
      return true;
    }
    bool complete = row != source_.rows.end() && (row->state == StepState::complete || all_published_.has_value());
    std::optional<Published> found;
    const bool ask = !complete && row != source_.rows.end() && row->attempt > 0 && !run_.pipeline.gate;
    if (ask) {
      CVG_ASSIGN(found, published(step_marker(source_.run_id, step.id)));
      complete = found.has_value();
    }
    if (!complete) {
      refused_.emplace(step.id, true);
      return false;
    }
    // The units of a gated run are not known by step.
    if (all_published_ && row->state != StepState::complete) found = Published{{}, all_published_->outputs};
    StepRun mine = *row;
    mine.run_id = run_.run.id;
    mine.state = StepState::complete;
    mine.attempt = std::max(1, row->attempt);
    mine.progress = 1;
    mine.error_message.clear();
    const Json metadata = metadata_of(*row, source_.run_id, found ? &*found : nullptr);
    if (found) {
      mine.rows_processed = metadata["rows"].integer();
      mine.bytes_processed = metadata["bytes"].integer();
    }
    mine.metadata_json = metadata.dump();
    taken_.emplace(step.id, std::move(mine));
    return true;
  }

  RunContext& run_;
  const Source& source_;
  std::optional<Published> all_published_;  // what a gated run published
  std::map<std::string, StepRun> taken_;  // an empty row: a step that is switched off
  std::map<std::string, bool> refused_;
};

}  // namespace

Result<std::vector<StepRun>> reusable_steps(RunContext& run) {
  if (run.run.retry_of.empty() || run.pipeline.steps.empty()) return std::vector<StepRun>();
  CVG_ASSIGN(const Source source, find_source(run));
  return Reuse(run, source).rows();
}

}  // namespace cvg
