#include "core/deliver/event.h"

#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/state/notice_row.h"

namespace cvg {
namespace {

constexpr std::string_view run_complete = "run.complete", run_failed = "run.failed";
constexpr std::size_t id_letters = 32;

Json time_or_null(std::int64_t ms) { return ms == 0 ? Json() : Json(format_time(ms)); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json run_data(const Run& run) {
  Json data = Json::object().set("pipeline_logging_id", run.id).set("pipeline_id", run.pipeline_id).set("provider", run.provider);
  data.set("domain", run.domain).set("template", run.template_name).set("status", std::string(to_text(run.state)));
  data.set("trigger_type", run.trigger_type).set("trigger_by", run.trigger_by).set("run_date", text_or_null(run.run_date));
  data.set("start_time", time_or_null(run.start_ms)).set("end_time", time_or_null(run.end_ms));
  data.set("duration_ms", run.start_ms == 0 || run.end_ms == 0 ? Json() : Json(run.end_ms - run.start_ms));
  data.set("steps_total", run.steps_total).set("steps_complete", run.steps_complete).set("rows_processed", run.rows_processed);
  return data.set("error_message", text_or_null(run.error_message));
}

}  // namespace

std::vector<std::string> event_names() {
  std::vector<std::string> names;
  for (const std::string_view name : {run_complete, run_failed, quota_warning, failure_rate_warning}) names.emplace_back(name);
  return names;
}

Announcement announcement_of(std::string_view event, const Tenant& tenant, const std::string& key, std::int64_t occurred_ms, Json data) {
  Announcement announcement;
  announcement.tenant_id = tenant.id;
  announcement.event = event;
  announcement.event_id = "evt_" + sha256_hex(fmt::format("{}\n{}\n{}", tenant.id, event, key)).substr(0, id_letters);
  Json body = Json::object().set("event", announcement.event).set("id", announcement.event_id);
  body.set("occurred_at", format_time(occurred_ms)).set("tenant_id", tenant.display_id).set("data", std::move(data));
  announcement.body = body.dump();
  return announcement;
}

Announcement run_announcement(const OutboxEntry& entry, const Tenant& tenant, const Run& run) {
  const std::string_view event = run.state == RunState::complete ? run_complete : run_failed;
  Announcement announcement = announcement_of(event, tenant, entry.key, run.end_ms, run_data(run));
  announcement.outbox_id = entry.id;
  return announcement;
}

Result<Announcement> notice_announcement(const OutboxEntry& entry, const Tenant& tenant) {
  CVG_ASSIGN(const Json body, parse_json(entry.body_json));
  Announcement announcement =
      announcement_of(body["event"].text(), tenant, entry.key, body["occurred_ms"].integer(), body["data"]);
  announcement.outbox_id = entry.id;
  return announcement;
}

}  // namespace cvg
