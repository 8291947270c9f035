#include "host/routes/scheduler_routes.h"

#include "core/base/text.h"
#include "host/routes/query_parameters.h"
#include "host/routes/request_audit.h"
#include "host/routes/scheduler_fields.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

constexpr std::int64_t trigger_default = 100, trigger_max = 1000, process_default = 1, process_max = 100;

Result<std::int64_t> read_count(const RouteContext& context, std::string_view name, std::int64_t initial, std::int64_t most) {
  std::int64_t count = initial;
  const auto text = context.request.parameter(name);
  if ((text && !parse_integer(*text, count)) || count < 1 || count > most) return parameter_error(name, fmt::format("must be between 1 and {}", most));
  return count;
}

Result<std::optional<bool>> read_is_active(const RouteContext& context) {
  const std::string text = lower_ascii(context.request.parameter("is_active").value_or(""));
  if (text.empty()) return std::optional<bool>();
  if (text != "true" && text != "false") return parameter_error("is_active", "must be true or false");
  return std::optional<bool>(text == "true");
}

ScheduleCaller caller_of(const RouteContext& context) {
  ScheduleCaller caller;
  if (context.principal) caller.tenant = context.principal->tenant;
  caller.user_id = user_of(context);
  caller.request_id = context.request_id;
  caller.client_address = context.request.client_address;
  caller.actor = context.is_admin ? "admin" : "key:" + context.principal->key_id;
  return caller;
}

const std::string& display_id(const RouteContext& context) { return context.principal->tenant.display_id; }

}  // namespace

Result<Response> post_schedule(RouteContext& context) {
  CVG_ASSIGN(const Schedule stored, context.services.schedules.put(caller_of(context), context.body));
  return json_response(schedule_json(stored, display_id(context)));
}

Result<Response> list_schedules(RouteContext& context) {
  CVG_ASSIGN(const std::optional<bool> is_active, read_is_active(context));
  CVG_ASSIGN(const std::vector<Schedule> all, context.services.schedules.list(context.principal->tenant.id, is_active));
  Json array = Json::array();
  for (const Schedule& schedule : all) array.push(schedule_json(schedule, display_id(context)));
  return json_response(array);
}

Result<Response> delete_schedule(RouteContext& context) {
  const std::string& config_id = context.parameter("config_id");
  CVG_RETURN_IF_ERROR(context.services.schedules.remove(caller_of(context), config_id));
  return json_response(Json::object().set("config_id", config_id).set("status", "DELETED").set("message", "The schedule was deleted; what waited for it is not run"));
}

Result<Response> post_backfill(RouteContext& context) {
  const BackfillOrder order{context.parameter("provider"), context.parameter("domain"), context.parameter("template"), context.body};
  CVG_ASSIGN(const Backfill backfill, context.services.schedules.add_backfill(caller_of(context), order));
  return json_response(backfill_json(backfill, display_id(context)));
}

Result<Response> get_backfill(RouteContext& context) {
  CVG_ASSIGN(const Backfill backfill, context.services.schedules.backfill(context.principal->tenant.id, context.parameter("backfill_id")));
  return json_response(backfill_json(backfill, display_id(context)));
}

Result<Response> delete_backfill(RouteContext& context) {
  CVG_ASSIGN(const Backfill backfill, context.services.schedules.cancel_backfill(caller_of(context), context.parameter("backfill_id")));
  return json_response(backfill_json(backfill, display_id(context)));
}

Result<Response> post_trigger(RouteContext& context) {
  CVG_ASSIGN(const std::int64_t limit, read_count(context, "limit", trigger_default, trigger_max));
  const std::string tenant_id = context.is_admin ? std::string() : context.principal->tenant.id;
  CVG_ASSIGN(const TriggerCounts counts, context.services.scheduler.trigger(tenant_id, limit, caller_of(context)));
  return json_response(trigger_json(counts));
}

Result<Response> post_process_queue(RouteContext& context) {
  CVG_ASSIGN(const std::int64_t most, read_count(context, "max", process_default, process_max));
  CVG_ASSIGN(const QueueProgress progress, context.services.scheduler.process_queue(most));
  return json_response(queue_progress_json(progress));
}

Result<Response> get_scheduler_status(RouteContext& context) {
  CVG_ASSIGN(const SchedulerNumbers numbers, context.services.scheduler.numbers());
  return json_response(scheduler_numbers_json(numbers));
}

Result<Response> post_reset_quotas(RouteContext& context) {
  CVG_ASSIGN(const QuotaReset reset, context.services.scheduler.reset_quotas(caller_of(context)));
  return json_response(quota_reset_json(reset, context.services.clock.now_ms()));
}

Result<Response> post_cleanup(RouteContext& context) {
  CVG_ASSIGN(const std::vector<Mended> mended, context.services.scheduler.clean_up(caller_of(context)));
  return json_response(cleanup_json(mended, context.services.clock.now_ms()));
}

}  // namespace cvg
