#include "core/schedule/schedules.h"

#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/run/run_request.h"
#include "core/schedule/queued_run.h"
#include "core/schedule/schedule_order.h"

namespace cvg {

AuditEntry audit_of(const ScheduleCaller& caller, std::string action, std::string target) {
  AuditEntry entry;
  entry.tenant_id = caller.tenant.id;
  entry.action = std::move(action);
  entry.actor = caller.actor;
  entry.target = std::move(target);
  entry.request_id = caller.request_id;
  entry.client_address = caller.client_address;
  entry.user_id = caller.user_id;
  return entry;
}

Result<Schedule> Schedules::put(const ScheduleCaller& caller, const Json& body) {
  const std::int64_t now = parts_.environment.clock.now_ms();
  CVG_ASSIGN(Schedule schedule, read_schedule_order(body, now));
  schedule.tenant_id = caller.tenant.id;
  QueueItem first;
  first.provider = schedule.provider;
  first.domain = schedule.domain;
  first.template_name = schedule.template_name;
  first.trigger_type = "scheduler";
  first.run_date = format_date_of(now);
  first.parameters_json = schedule.parameters_json;
  CVG_ASSIGN(const PreparedRun tried, prepare_queued_run(parts_.environment, caller.tenant, first));
  schedule.provider = tried.run.provider;
  schedule.domain = tried.run.domain;
  schedule.template_name = tried.run.template_name;
  AuditEntry audit = audit_of(caller, "schedule.put", "");
  audit.detail_json = Json::object().set("pipeline_id", tried.run.pipeline_id).set("schedule_cron", schedule.cron).set("timezone", schedule.timezone).dump();
  CVG_ASSIGN(Schedule stored, parts_.schedules.put(schedule, parts_.schedules_max, audit));
  changed();
  return stored;
}

Result<std::vector<Schedule>> Schedules::list(const std::string& tenant_id, std::optional<bool> is_active) {
  return parts_.schedules.list(tenant_id, is_active);
}

Status Schedules::remove(const ScheduleCaller& caller, const std::string& config_id) {
  CVG_RETURN_IF_ERROR(parts_.schedules.remove(caller.tenant.id, config_id, audit_of(caller, "schedule.delete", config_id)));
  changed();
  return {};
}

Result<Backfill> Schedules::add_backfill(const ScheduleCaller& caller, const BackfillOrder& order) {
  CVG_ASSIGN(Backfill backfill, read_backfill_order(order.body, parts_.backfill_days_max));
  QueueItem first;
  first.provider = order.provider;
  first.domain = order.domain;
  first.template_name = order.template_name;
  first.trigger_type = "backfill";
  first.run_date = backfill.from_date;
  first.parameters_json = backfill.parameters_json;
  CVG_ASSIGN(const PreparedRun tried, prepare_queued_run(parts_.environment, caller.tenant, first));
  backfill.tenant_id = caller.tenant.id;
  backfill.pipeline_id = tried.run.pipeline_id;
  backfill.provider = tried.run.provider;
  backfill.domain = tried.run.domain;
  backfill.template_name = tried.run.template_name;
  backfill.user_id = caller.user_id;
  backfill.actor = caller.actor;
  AuditEntry audit = audit_of(caller, "backfill.create", "");
  audit.detail_json = Json::object().set("pipeline_id", backfill.pipeline_id).set("from", backfill.from_date).set("to", backfill.to_date).dump();
  CVG_ASSIGN(Backfill stored, parts_.queue.add(backfill, audit));
  changed();
  return stored;
}

Result<Backfill> Schedules::backfill(const std::string& tenant_id, const std::string& backfill_id) {
  CVG_ASSIGN(std::optional<Backfill> found, parts_.queue.backfill(tenant_id, backfill_id));
  if (!found) return Status(Code::not_found, fmt::format("There is no backfill {}", backfill_id));
  return std::move(*found);
}

Result<Backfill> Schedules::cancel_backfill(const ScheduleCaller& caller, const std::string& backfill_id) {
  CVG_ASSIGN(Backfill backfill, parts_.queue.cancel(caller.tenant.id, backfill_id, audit_of(caller, "backfill.cancel", backfill_id)));
  changed();
  return backfill;
}

}  // namespace cvg
