#include "core/schedule/queued_run.h"

#include <algorithm>

#include "core/base/time_text.h"

namespace cvg {
namespace {

bool takes_date(const Template& content) {
  return std::any_of(content.variables.begin(), content.variables.end(), [](const VariableSpec& spec) { return spec.name == "date"; });
}

}  // namespace

Result<PreparedRun> prepare_queued_run(RunEnvironment& environment, const Tenant& tenant, const QueueItem& item) {
  TriggerRequest request;
  request.tenant = tenant;
  request.provider = item.provider;
  request.domain = item.domain;
  request.template_name = item.template_name;
  request.trigger_type = item.trigger_type;
  request.user_id = item.user_id;
  request.actor = item.actor;
  request.as_of_ms = midnight_ms(parse_date(item.run_date).value_or(0));
  CVG_ASSIGN(request.body, parse_json(item.parameters_json));
  if (request.body.find("trigger_by") == nullptr) request.body.set("trigger_by", item.trigger_type);
  if (item.is_backfill()) {
    CVG_ASSIGN(const std::shared_ptr<const Template> from, environment.templates.get(item.provider, item.domain, item.template_name));
    if (takes_date(*from)) request.body.set("date", item.run_date);
  }
  return prepare_run(environment, request);
}

}  // namespace cvg
