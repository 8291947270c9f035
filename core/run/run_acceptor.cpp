#include "core/run/run_acceptor.h"

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/config/pipeline_builder.h"
#include "core/run/plan.h"
#include "core/run/run_preview.h"
#include "core/run/run_recorder.h"
#include "core/run/run_request.h"

namespace cvg {
namespace {

// Every source that the pipeline names must lie below an allowed root: 400 before a run exists.
Status check_sources(const SourceRoots& sources, const Pipeline& pipeline, const std::string& tenant_id) {
  for (const StepSpec& step : pipeline.steps) {
    const Json* uri = step.spec["source"].find("uri");
    if (!step.enabled || step.deferred || !uri) continue;
    const Status status = sources.check(uri->text(), tenant_id);
    if (status.ok()) continue;
    const std::string field = fmt::format("steps.{}.source.uri", step.id);
    return Status(Code::invalid, fmt::format("{}: {}", field, status.text()), fmt::format("{}: {}", field, status.log_text()))
        .with_detail_json(Json::object().set("field", field).set("issue", status.text()).dump());
  }
  return {};
}

// What a run is told is stored, shown and mirrored: a key that stands in it is gone before that.
Status hide_secrets(RunRequest& request, const Redactor& redactor) {
  request.trigger_by = redactor.redact(request.trigger_by);
  for (auto& [name, value] : request.variables.members()) {
    if (redactor.redact(name) != name)
      return Status(Code::invalid, "body holds a member whose name is a secret").with_detail_json(R"({"field":"body","issue":"holds a member whose name is a secret"})");
    if (value.is_string()) value = Json(redactor.redact(value.text()));
  }
  return {};
}

}  // namespace

Result<PreparedRun> prepare_run(RunEnvironment& environment, const TriggerRequest& asked) {
  CVG_ASSIGN(const std::shared_ptr<const Template> from, environment.templates.get(asked.provider, asked.domain, asked.template_name));
  CVG_ASSIGN(RunRequest request, read_run_request(asked.body, environment.limits.variables_bytes_max, asked.trigger_type != "api"));
  CVG_RETURN_IF_ERROR(hide_secrets(request, environment.log.redactor()));
  PreparedRun prepared;
  Run& run = prepared.run;
  run.id = random_uuid();
  run.tenant_id = asked.tenant.id;
  run.provider = from->provider;
  run.domain = from->domain;
  run.template_name = from->name;
  run.pipeline_id = pipeline_id_of(asked.tenant.id, from->provider, from->domain, from->name);
  run.trigger_type = asked.trigger_type;
  run.trigger_by = request.trigger_by;
  run.user_id = environment.log.redactor().redact(asked.user_id);
  run.request_id = asked.request_id;
  run.trace_id = asked.trace_id;
  run.created_ms = environment.clock.now_ms();
  run.retry_of = asked.retry_of;
  run.as_of_ms = asked.as_of_ms;
  if (environment.retention_days) run.retention_days = environment.retention_days(asked.tenant.plan.name);
  CVG_ASSIGN(const Pipeline pipeline, build_pipeline(*from, pipeline_request(run, asked.tenant, request), environment.components));
  CVG_RETURN_IF_ERROR(check_sources(environment.sources, pipeline, asked.tenant.id));
  const Result<Plan> plan = Plan::build(pipeline, environment.components);
  if (!plan.ok()) return plan.status();
  run.run_date = pipeline.values.at("run_date").text;
  run.steps_total = static_cast<std::int32_t>(pipeline.steps.size());
  prepared.parameters = parameters_json(request);
  prepared.dry_run = asked.dry_run || request.dry_run;
  if (prepared.dry_run) prepared.preview = preview_of(pipeline, *plan);
  run.parameters_json = prepared.parameters.dump();

  AuditEntry& audit = prepared.audit;
  audit.at_ms = run.created_ms;
  audit.tenant_id = asked.tenant.id;
  audit.action = "pipeline.run";
  audit.actor = asked.actor;
  audit.target = run.pipeline_id;
  audit.request_id = asked.request_id;
  audit.client_address = asked.client_address;
  audit.user_id = run.user_id;
  return prepared;
}

namespace {

// A duplicate is answered with what the run under way was asked for, which may be something else.
Json parameters_of(const RunStore::Begun& begun, const Json& asked) {
  if (!begun.duplicate) return asked;
  Result<Json> running = parse_json(begun.parameters_json);
  return running.ok() ? std::move(*running) : Json::object();
}

}  // namespace

Result<Triggered> RunAcceptor::trigger(const TriggerRequest& asked) {
  CVG_ASSIGN(const PreparedRun prepared, prepare_run(environment_, asked));
  if (prepared.dry_run) return Triggered{"", prepared.run.pipeline_id, RunState::pending, false, prepared.parameters, prepared.preview};
  const auto triggered = [&](const RunStore::Begun& begun) {
    return Triggered{begun.run_id, prepared.run.pipeline_id, begun.state, begun.duplicate, parameters_of(begun, prepared.parameters), {}};
  };
  RunStore::Beside beside;
  if (asked.beside) beside = [&](Connection& c, const RunStore::Begun& begun) { return asked.beside(c, triggered(begun)); };
  CVG_ASSIGN(const RunStore::Begun begun,
             environment_.store.begin(prepared.run, asked.tenant.plan, asked.counts_quota, prepared.audit, beside));
  if (!begun.duplicate) environment_.counters.runs_accepted.fetch_add(1);
  return triggered(begun);
}

Result<Triggered> RunAcceptor::retry(const RunOrder& order) {
  CVG_ASSIGN(const std::optional<Run> failed, environment_.store.get(order.tenant.id, order.run_id));
  if (!failed) return Status(Code::not_found, fmt::format("There is no pipeline run {}", order.run_id));
  if (failed->state != RunState::failed)
    return Status(Code::conflict, fmt::format("Only a failed run can be tried again: the run {} is {}", order.run_id, to_text(failed->state)));
  TriggerRequest again;
  again.tenant = order.tenant;
  again.provider = failed->provider;
  again.domain = failed->domain;
  again.template_name = failed->template_name;
  if (!failed->parameters_json.empty()) {
    CVG_ASSIGN(again.body, parse_json(failed->parameters_json));
  }
  again.trigger_type = "retry";
  again.user_id = order.user_id;
  again.request_id = order.request_id;
  again.trace_id = order.trace_id;
  again.client_address = order.client_address;
  again.actor = order.actor;
  again.retry_of = failed->id;
  again.beside = order.beside;
  again.as_of_ms = failed->as_of_ms != 0 ? failed->as_of_ms : failed->created_ms;
  return trigger(again);
}

Result<Run> RunAcceptor::cancel(const RunOrder& order) {
  AuditEntry audit;
  audit.at_ms = environment_.clock.now_ms();
  audit.tenant_id = order.tenant.id;
  audit.action = "pipeline.cancel";
  audit.actor = order.actor;
  audit.target = order.run_id;
  audit.request_id = order.request_id;
  audit.client_address = order.client_address;
  audit.user_id = environment_.log.redactor().redact(order.user_id);
  const std::string reason = fmt::format("Cancelled by {}", audit.user_id.empty() ? order.actor : audit.user_id);
  Run named;
  named.id = order.run_id;
  named.tenant_id = order.tenant.id;
  CVG_ASSIGN(const Run run, environment_.store.cancel(order.tenant.id, order.run_id, reason, outbox_of_end(named), audit));
  if (!is_terminal(run.state) && environment_.stop_run) environment_.stop_run(run.id, run.cancel_reason);
  if (is_terminal(run.state)) {
    environment_.counters.runs_failed.fetch_add(1);
    if (environment_.ended) environment_.ended(order.tenant.id);
    if (environment_.events) environment_.events->wrote(run.id);
  }
  return run;
}

}  // namespace cvg
