#include "host/routes/scheduler_fields.h"

#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/state/schedule_store.h"

namespace cvg {
namespace {

struct ShownSchedule {
  const Schedule& schedule;
  const std::string& display_id;
};
struct ShownBackfill {
  const Backfill& backfill;
  const std::string& display_id;
};
struct ShownReset {
  const QuotaReset& reset;
  std::int64_t now_ms;
};
struct ShownCleanup {
  const std::vector<Mended>& mended;
  std::int64_t now_ms;
};

Json time_or_null(std::int64_t ms) { return ms == 0 || ms == never_ms ? Json() : Json(format_time(ms)); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json object_of(const std::string& text) {
  Result<Json> parsed = parse_json(text);
  return parsed.ok() && parsed->is_object() ? std::move(*parsed) : Json::object();
}

std::string_view status_of(const Backfill& b) {
  if (b.cancelled_ms != 0) return "CANCELLED";
  if (b.queued + b.running > 0) return b.queued == b.total ? "QUEUED" : "RUNNING";
  return b.failed > 0 ? "FAILED" : "COMPLETE";
}

constexpr auto schedule_fields = std::to_array<Field<ShownSchedule>>({
    {{"config_id", "uuid", "The schedule's id"}, [](const ShownSchedule& s) { return Json(s.schedule.config_id); }},
    {{"tenant_id", "string", "As it was onboarded"}, [](const ShownSchedule& s) { return Json(s.display_id); }},
    {{"provider", "string", "Of the template"}, [](const ShownSchedule& s) { return Json(s.schedule.provider); }},
    {{"domain", "string", "Of the template"}, [](const ShownSchedule& s) { return Json(s.schedule.domain); }},
    {{"pipeline_template", "string", "The template's name"}, [](const ShownSchedule& s) { return Json(s.schedule.template_name); }},
    {{"schedule_cron", "string", "Minute, hour, day of month, month, day of week; or @daily and its like"}, [](const ShownSchedule& s) { return Json(s.schedule.cron); }},
    {{"timezone", "string", "IANA name of the zone whose clock counts"}, [](const ShownSchedule& s) { return Json(s.schedule.timezone); }},
    {{"is_active", "boolean", "Whether it runs"}, [](const ShownSchedule& s) { return Json(s.schedule.is_active); }},
    {{"parameters", "object", "Template variables of its runs"}, [](const ShownSchedule& s) { return object_of(s.schedule.parameters_json); }},
    {{"priority", "integer", "1 to 10; 10 goes first"}, [](const ShownSchedule& s) { return Json(s.schedule.priority); }},
    {{"misfire", "string", "What happens to missed runs: skip, last or all"}, [](const ShownSchedule& s) { return Json(std::string(to_text(s.schedule.misfire))); }},
    {{"max_catchup", "integer", "With misfire all: how many missed runs at most"}, [](const ShownSchedule& s) { return Json(s.schedule.max_catchup); }},
    {{"next_run_time", "date-time?", "When it is due next"}, [](const ShownSchedule& s) { return s.schedule.is_active ? time_or_null(s.schedule.next_run_ms) : Json(); }},
    {{"last_run_time", "date-time?", "The last instant for which a run was queued"}, [](const ShownSchedule& s) { return time_or_null(s.schedule.last_run_ms); }},
    {{"last_run_status", "string?", "COMPLETE or FAILED: the last run that ended"}, [](const ShownSchedule& s) { return text_or_null(s.schedule.last_run_status); }},
    {{"created_at", "date-time", "When it was made"}, [](const ShownSchedule& s) { return time_or_null(s.schedule.created_ms); }},
    {{"updated_at", "date-time", "When it was last changed"}, [](const ShownSchedule& s) { return time_or_null(s.schedule.updated_ms); }},
});

constexpr auto backfill_fields = std::to_array<Field<ShownBackfill>>({
    {{"backfill_id", "uuid", "The backfill's id"}, [](const ShownBackfill& b) { return Json(b.backfill.backfill_id); }},
    {{"tenant_id", "string", "As it was onboarded"}, [](const ShownBackfill& b) { return Json(b.display_id); }},
    {{"pipeline_id", "string", "{tenant}-{provider}-{domain}-{template}"}, [](const ShownBackfill& b) { return Json(b.backfill.pipeline_id); }},
    {{"status", "string", "QUEUED, RUNNING, COMPLETE, FAILED or CANCELLED"}, [](const ShownBackfill& b) { return Json(std::string(status_of(b.backfill))); }},
    {{"from", "date", "The first day"}, [](const ShownBackfill& b) { return Json(b.backfill.from_date); }},
    {{"to", "date", "The last day"}, [](const ShownBackfill& b) { return Json(b.backfill.to_date); }},
    {{"parameters", "object", "Template variables of its runs"}, [](const ShownBackfill& b) { return object_of(b.backfill.parameters_json); }},
    {{"priority", "integer", "1 to 10; 10 goes first"}, [](const ShownBackfill& b) { return Json(b.backfill.priority); }},
    {{"total", "integer", "Days"}, [](const ShownBackfill& b) { return Json(b.backfill.total); }},
    {{"queued", "integer", "Of them without a run yet"}, [](const ShownBackfill& b) { return Json(b.backfill.queued); }},
    {{"running", "integer", "Of them with a run under way"}, [](const ShownBackfill& b) { return Json(b.backfill.running); }},
    {{"complete", "integer", "Of them ended well"}, [](const ShownBackfill& b) { return Json(b.backfill.complete); }},
    {{"failed", "integer", "Of them failed"}, [](const ShownBackfill& b) { return Json(b.backfill.failed); }},
    {{"cancelled", "integer", "Of them cancelled before they had a run"}, [](const ShownBackfill& b) { return Json(b.backfill.cancelled); }},
    {{"created_at", "date-time", "When it was asked for"}, [](const ShownBackfill& b) { return time_or_null(b.backfill.created_ms); }},
    {{"cancelled_at", "date-time?", "When it was cancelled"}, [](const ShownBackfill& b) { return time_or_null(b.backfill.cancelled_ms); }},
});

constexpr auto trigger_fields = std::to_array<Field<TriggerCounts>>({
    {{"triggered_count", "integer", "Schedules that were due"}, [](const TriggerCounts& t) { return Json(t.triggered); }},
    {{"queued_count", "integer", "Runs that were queued for them"}, [](const TriggerCounts& t) { return Json(t.queued); }},
    {{"skipped_count", "integer", "Missed, suspended, or too many waiting already"}, [](const TriggerCounts& t) { return Json(t.skipped); }},
    {{"next_trigger_time", "date-time?", "When a schedule is due next"}, [](const TriggerCounts& t) { return t.next_ms ? time_or_null(*t.next_ms) : Json(); }},
});

constexpr auto queue_progress_fields = std::to_array<Field<QueueProgress>>({
    {{"processed", "integer", "Runs that began"}, [](const QueueProgress& p) { return Json(p.processed); }},
    {{"pipeline_logging_id", "uuid?", "The last of them"}, [](const QueueProgress& p) { return text_or_null(p.run_id); }},
    {{"tenant_id", "string?", "Its tenant"}, [](const QueueProgress& p) { return text_or_null(p.tenant_id); }},
    {{"pipeline_id", "string?", "Its pipeline"}, [](const QueueProgress& p) { return text_or_null(p.pipeline_id); }},
    {{"status", "string", "PROCESSING, or IDLE when nothing could begin"}, [](const QueueProgress& p) { return Json(p.processed > 0 ? "PROCESSING" : "IDLE"); }},
    {{"message", "string", "For people"}, [](const QueueProgress& p) { return Json(p.processed > 0 ? fmt::format("{} {} began", p.processed, p.processed == 1 ? "run" : "runs") : std::string("Nothing in the queue can begin now")); }},
});

constexpr auto numbers_fields = std::to_array<Field<SchedulerNumbers>>({
    {{"total_active_pipelines", "integer", "Active schedules"}, [](const SchedulerNumbers& n) { return Json(n.active); }},
    {{"pipelines_due_now", "integer", "Of them due and not queued yet"}, [](const SchedulerNumbers& n) { return Json(n.due); }},
    {{"pipelines_queued", "integer", "Waiting in the queue"}, [](const SchedulerNumbers& n) { return Json(n.queued); }},
    {{"pipelines_running", "integer", "Runs of schedules and backfills under way"}, [](const SchedulerNumbers& n) { return Json(n.running); }},
    {{"pipelines_completed_today", "integer", "Of those that ended since midnight UTC"}, [](const SchedulerNumbers& n) { return Json(n.completed_today); }},
    {{"pipelines_failed_today", "integer", "The same"}, [](const SchedulerNumbers& n) { return Json(n.failed_today); }},
    {{"queue_length", "integer", "Waiting and under way"}, [](const SchedulerNumbers& n) { return Json(n.queue_length); }},
    {{"avg_execution_time_seconds", "number", "Of those that ended since midnight UTC"}, [](const SchedulerNumbers& n) { return Json::number(fmt::format("{:.3f}", n.average_seconds)); }},
});

constexpr auto reset_fields = std::to_array<Field<ShownReset>>({
    {{"status", "string", "SUCCESS"}, [](const ShownReset&) { return Json("SUCCESS"); }},
    {{"records_updated", "integer", "Tenants whose counters of today are zero now"}, [](const ShownReset& r) { return Json(r.reset.records_updated); }},
    {{"records_archived", "integer", "Days that were moved into the history"}, [](const ShownReset& r) { return Json(r.reset.records_archived); }},
    {{"message", "string", "For people"}, [](const ShownReset& r) { return Json(fmt::format("Today's counters of {} tenants were reset; months and former days stay", r.reset.records_updated)); }},
    {{"executed_at", "date-time", "Now"}, [](const ShownReset& r) { return time_or_null(r.now_ms); }},
});

constexpr auto mended_fields = std::to_array<Field<Mended>>({
    {{"tenant_id", "string", "Whose"}, [](const Mended& m) { return Json(m.tenant_id); }},
    {{"pipeline_id", "string?", "Which pipeline"}, [](const Mended& m) { return text_or_null(m.pipeline_id); }},
    {{"pipeline_logging_id", "uuid?", "Which run"}, [](const Mended& m) { return text_or_null(m.run_id); }},
    {{"action", "string", "What was done"}, [](const Mended& m) { return Json(m.action); }},
});

constexpr auto cleanup_fields = std::to_array<Field<ShownCleanup>>({
    {{"status", "string", "SUCCESS"}, [](const ShownCleanup&) { return Json("SUCCESS"); }},
    {{"total_pipelines_cleaned", "integer", "The number of details"}, [](const ShownCleanup& c) { return Json(static_cast<std::int64_t>(c.mended.size())); }},
    {{"details", "[CleanupDetail", "What was found and done"}, [](const ShownCleanup& c) {
       Json rows = Json::array();
       for (const Mended& row : c.mended) rows.push(to_json(mended_fields, row));
       return rows;
     }},
    {{"message", "string", "For people"}, [](const ShownCleanup& c) { return Json(c.mended.empty() ? std::string("Nothing was orphaned") : fmt::format("{} things were mended", c.mended.size())); }},
    {{"executed_at", "date-time", "Now"}, [](const ShownCleanup& c) { return time_or_null(c.now_ms); }},
});

}  // namespace

Json schedule_json(const Schedule& schedule, const std::string& display_id) { return to_json(schedule_fields, ShownSchedule{schedule, display_id}); }
Json backfill_json(const Backfill& backfill, const std::string& display_id) { return to_json(backfill_fields, ShownBackfill{backfill, display_id}); }
Json trigger_json(const TriggerCounts& counts) { return to_json(trigger_fields, counts); }
Json queue_progress_json(const QueueProgress& progress) { return to_json(queue_progress_fields, progress); }
Json scheduler_numbers_json(const SchedulerNumbers& numbers) { return to_json(numbers_fields, numbers); }
Json quota_reset_json(const QuotaReset& reset, std::int64_t now_ms) { return to_json(reset_fields, ShownReset{reset, now_ms}); }
Json cleanup_json(const std::vector<Mended>& mended, std::int64_t now_ms) { return to_json(cleanup_fields, ShownCleanup{mended, now_ms}); }

std::vector<FieldDoc> schedule_field_docs() { return docs_of(schedule_fields); }
std::vector<FieldDoc> backfill_field_docs() { return docs_of(backfill_fields); }
std::vector<FieldDoc> trigger_field_docs() { return docs_of(trigger_fields); }
std::vector<FieldDoc> queue_progress_field_docs() { return docs_of(queue_progress_fields); }
std::vector<FieldDoc> scheduler_numbers_field_docs() { return docs_of(numbers_fields); }
std::vector<FieldDoc> quota_reset_field_docs() { return docs_of(reset_fields); }
std::vector<FieldDoc> cleanup_field_docs() { return docs_of(cleanup_fields); }
std::vector<FieldDoc> mended_field_docs() { return docs_of(mended_fields); }

}  // namespace cvg
