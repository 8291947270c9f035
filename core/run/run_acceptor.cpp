#include "core/run/run_acceptor.h"

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/config/pipeline_builder.h"
#include "core/run/plan.h"
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

}  // namespace

Result<Triggered> RunAcceptor::trigger(const TriggerRequest& asked) {
  CVG_ASSIGN(const std::shared_ptr<const Template> from, environment_.templates.get(asked.provider, asked.domain, asked.template_name));
  CVG_ASSIGN(const RunRequest request, read_run_request(asked.body, environment_.limits.variables_bytes_max));
  Run run;
  run.id = random_uuid();
  run.tenant_id = asked.tenant.id;
  run.provider = from->provider;
  run.domain = from->domain;
  run.template_name = from->name;
  run.pipeline_id = pipeline_id_of(asked.tenant.id, from->provider, from->domain, from->name);
  run.trigger_type = asked.trigger_type;
  run.trigger_by = request.trigger_by;
  run.user_id = asked.user_id;
  run.request_id = asked.request_id;
  run.created_ms = environment_.clock.now_ms();
  CVG_ASSIGN(const Pipeline pipeline, build_pipeline(*from, pipeline_request(run, asked.tenant, request), environment_.components));
  CVG_RETURN_IF_ERROR(check_sources(environment_.sources, pipeline, asked.tenant.id));
  const Result<Plan> plan = Plan::build(pipeline, environment_.components);
  if (!plan.ok()) return plan.status();
  run.run_date = pipeline.values.at("run_date").text;
  run.steps_total = static_cast<std::int32_t>(pipeline.steps.size());
  const Json parameters = parameters_json(request);
  run.parameters_json = parameters.dump();

  AuditEntry audit;
  audit.at_ms = run.created_ms;
  audit.tenant_id = asked.tenant.id;
  audit.action = "pipeline.run";
  audit.actor = asked.actor;
  audit.target = run.pipeline_id;
  audit.request_id = asked.request_id;
  audit.client_address = asked.client_address;
  CVG_ASSIGN(const RunStore::Begun begun, environment_.store.begin(run, asked.tenant.plan, asked.counts_quota, audit));
  if (!begun.duplicate) environment_.counters.runs_accepted.fetch_add(1);
  return Triggered{begun.run_id, run.pipeline_id, begun.state, begun.duplicate, parameters};
}

}  // namespace cvg
