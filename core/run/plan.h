// Plan: what of a pipeline is ready, as pure data.  It starts nothing and knows no step kind; the executor asks and tells.
//
// Steps that run on success form the main phase.  A failed step with on_failure: stop ends that phase: nothing new starts,
// what never started is SKIPPED, the outcome is FAILED.  With on_failure: continue the steps behind it start as if it had
// ended well.  A step that is switched off is SKIPPED, and who waits for it waits for what it would have waited for.  Then
// the steps that run on_failure or always form the final phase; they never change the outcome.
// One thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/config/pipeline.h"
#include "core/config/step_kinds.h"
#include "core/model/run.h"

namespace cvg {

class Plan {
 public:
  // Code::config for an unknown step kind, an unknown or repeated step id, and a cycle.
  static Result<Plan> build(const Pipeline& pipeline, const StepKinds& kinds);

  // The steps that may start now, in the template's order; each is given once, and counts as running from then on.
  std::vector<std::size_t> take_ready();
  // The steps that became SKIPPED since the last call.
  std::vector<std::size_t> take_skipped();
  void finished(std::size_t step, StepState state);  // COMPLETE, FAILED or SKIPPED
  // Nothing of the main phase starts any more; the outcome is FAILED.
  void stop();

  // Every step of the main phase has ended, and the final phase has not begun.
  bool main_is_over() const;
  // With the outcome as the executor knows it: a gated run may fail when it publishes.
  void begin_final_phase(bool failed);
  // The outcome turns FAILED within the final phase: these, which were skipped because nothing had failed, may start.
  void fail_late(const std::vector<std::size_t>& spared);
  bool done() const { return final_phase_ && all_ended(true); }
  bool failed() const { return failed_; }
  StepState state(std::size_t step) const { return states_[step]; }

 private:
  struct Node {
    std::vector<std::size_t> depends_on;
    Trigger trigger = Trigger::on_success;
    OnFailure on_failure = OnFailure::stop;
  };
  Status put_in_order(const Pipeline& pipeline);
  bool is_final(std::size_t step) const { return nodes_[step].trigger != Trigger::on_success; }
  bool all_ended(bool final_phase) const;
  bool has_passed(std::size_t step) const;
  bool blocked(std::size_t step) const;
  void skip(std::size_t step);
  void skip_waiting();

  std::vector<Node> nodes_;
  std::vector<StepState> states_;
  std::vector<std::size_t> skipped_;
  bool failed_ = false, final_phase_ = false;
};

}  // namespace cvg
