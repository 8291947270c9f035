#include "core/run/step_instance.h"

#include "core/base/text.h"
#include "core/config/pipeline_builder.h"
#include "core/plugin/stage.h"
#include "core/run/step_inputs.h"
#include "core/run/step_services.h"

namespace cvg {
namespace {

Result<Json> resolved_spec(RunContext& run, const StepSpec& step) {
  if (!step.deferred) return step.spec;
  const std::map<std::string, Json> outputs = run.outputs();
  const bool final_phase = step.trigger != Trigger::on_success;
  static const Json nothing("");
  return resolve_deferred(step, run.pipeline, [&](std::string_view name, std::string_view output) -> const Json* {
    const auto found = outputs.find(std::string(name));
    const Json* value = found == outputs.end() ? nullptr : found->second.find(std::string(output));
    // A notice about a failure must go out although the failed step has no outputs.
    return !value && final_phase ? &nothing : value;
  }, run.environment.components);
}

Status timeout_status(const RunContext& run, const StepSpec& step, std::int64_t step_deadline) {
  if (run.environment.clock.monotonic_ms() < std::min(step_deadline, run.deadline_ms)) return {};
  if (run.deadline_ms <= step_deadline) {
    return Status(Code::deadline, timeout_text(run)).with_retryable(false);
  }
  return Status(Code::deadline, fmt::format("TIMEOUT: the step took longer than {} seconds", static_cast<double>(step.timeout_ms) / 1000));
}

// What was seen last is told: a cancel, the time, or the step's own error.
Status final_status(const RunContext& run, const StepSpec& step, std::int64_t deadline, Status status) {
  if (run.cancel.load()) return Status(Code::cancelled, run.stop_reason());
  const Status timeout = timeout_status(run, step, deadline);
  return timeout.ok() ? status : timeout;
}

void run_in(RunContext& run, const StepSpec& step, Call& call, StepServices& services, Publication& publication, std::int64_t deadline,
            StepResult& result) {
  RunEnvironment& environment = run.environment;
  const auto work = [&]() -> Status {
    CVG_ASSIGN(const Json spec, resolved_spec(run, step));
    result.inputs = step_inputs(spec);
    CVG_ASSIGN(const std::unique_ptr<StepWork> made, environment.components.make_step(step.type, call.raw()));
    const StepWatch::Guard guard(environment.watch, std::min(deadline, run.deadline_ms), run.cancel, [&] { made->interrupt(); });
    return made->run(call.raw(), spec, result.outputs);
  };
  result.status = final_status(run, step, deadline, work());
  result.units = services.units();
  if (const Json* results = result.outputs.find("dq_results")) {
    result.dq_results = *results;
    std::erase_if(result.outputs.members(), [](const Json::Member& member) { return member.first == "dq_results"; });
  }
  if (result.status.ok()) publication.set_outputs(step.id, result.outputs);
  const bool gated = is_gated(run, step);
  if (result.status.ok() && !gated) {
    result.status = publish(run, publication, call.raw());
  } else if (!result.status.ok()) {
    const Status dropped = gated ? publication.discard(call.raw(), step.id) : publication.drop(call.raw());
    if (!dropped.ok()) environment.log.warning("What a failed step staged could not be dropped", {{"run_id", run.run.id}, {"step_id", step.id}, {"error", dropped.log_text()}});
  }
}

}  // namespace

bool is_gated(const RunContext& run, const StepSpec& step) { return run.gate && step.trigger == Trigger::on_success; }

Call host_call(const RunContext& run) {
  CallInfo info;
  info.tenant_id = run.tenant.id;
  info.display_id = run.tenant.display_id;
  info.run_id = run.run.id;
  info.pipeline_id = run.run.pipeline_id;
  info.run_date = run.run.run_date;
  return Call(Call::Options{.info = std::move(info), .clock = &run.environment.clock});
}

Json Published::outputs_of(const std::string& step_id) const {
  const auto found = outputs.find(step_id);
  Json out = found != outputs.end() && found->second.is_object() ? found->second : Json::object();
  return out.set("resumed", true);
}

Result<std::optional<Published>> find_publication(RunEnvironment& environment, const std::string& marker, cvg_call* call) {
  const Result<Json> cursors = environment.warehouse.published(call, marker);
  if (!cursors.ok() && cursors.status().code() == Code::not_found) return std::optional<Published>();
  if (!cursors.ok()) return cursors.status();
  return std::optional<Published>({units_of_cursors(*cursors), outputs_of_cursors(*cursors)});
}

// The warehouse refuses a second publication under one marker; the lease is asked so that a late worker does not even try.
Status publish(RunContext& run, Publication& publication, cvg_call* call) {
  if (publication.handle() != 0) {
    const Status held = run.environment.store.check(run.lease);
    if (!held.ok()) {
      static_cast<void>(publication.drop(call));
      return held;
    }
  }
  const Result<bool> committed = publication.commit(call);
  if (committed.ok()) {
    if (*committed && run.environment.published) run.environment.published(run.tenant.id);
    return {};
  }
  // A commit whose answer was lost may have happened all the same.
  Call ask = host_call(run);
  const Result<std::optional<Published>> published = find_publication(run.environment, publication.marker(), ask.raw());
  if (!published.ok() || !*published) return committed.status();
  if (run.environment.published) run.environment.published(run.tenant.id);
  return {};
}

std::string timeout_text(const RunContext& run) {
  return fmt::format("TIMEOUT: the run took longer than {} seconds", run.pipeline.timeout_ms / 1000);
}

std::string step_marker(const std::string& run_id, const std::string& step_id) { return run_id + ":" + step_id; }

StepResult run_step_attempt(RunContext& run, const StepSpec& step, std::int32_t attempt) {
  RunEnvironment& environment = run.environment;
  StepResult result;
  result.attempt = attempt;
  if (attempt > 1 && !is_gated(run, step)) {
    Call ask = host_call(run);
    const Result<std::optional<Published>> published = find_publication(run.environment, step_marker(run.run.id, step.id), ask.raw());
    result.status = published.status();
    if (!published.ok()) return result;
    if (*published) {
      result.units = (*published)->units;
      result.outputs = (*published)->outputs_of(step.id);
      return result;
    }
  }
  const std::int64_t deadline = environment.clock.monotonic_ms() + step.timeout_ms;
  StageArea stage(fmt::format("{}/{}/{}-{}", environment.stage_dir, run.run.id, step.id, attempt), environment.limits.stage_bytes_max);
  Publication own(environment.warehouse, step_marker(run.run.id, step.id));
  Publication& publication = is_gated(run, step) ? *run.gate : own;
  StepServices services(run, step, attempt, std::min(deadline, run.deadline_ms), stage, publication);
  Call call(Call::Options{.info = call_info_of(run, step, attempt),
                          .deadline_monotonic_ms = std::min(deadline, run.deadline_ms),
                          .services = &services,
                          .stage = &stage,
                          .clock = &environment.clock,
                          .cancel = &run.cancel,
                          .http = environment.http});
  run_in(run, step, call, services, publication, deadline, result);
  return result;
}

}  // namespace cvg
