#include "host/routes/run_fields.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

struct ShownRun {
  const Run& run;
  const std::string& display_id;
};
struct ShownQuota {
  const Tenant& tenant;
  const Usage& usage;
  std::int64_t now_ms;
};

Json time_or_null(std::int64_t ms) { return ms == 0 ? Json() : Json(format_time(ms)); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json duration_or_null(std::int64_t start_ms, std::int64_t end_ms) {
  return start_ms == 0 || end_ms == 0 ? Json() : Json(end_ms - start_ms);
}
Json text_json(std::string_view text) { return Json(std::string(text)); }

// What the store keeps as text is JSON that we wrote ourselves; what cannot be read is shown as nothing.
Json parsed_or_null(const std::string& text) {
  if (text.empty()) return {};
  Result<Json> parsed = parse_json(text);
  return parsed.ok() ? std::move(*parsed) : Json();
}
Json parsed_object(const std::string& text) {
  Json parsed = parsed_or_null(text);
  return parsed.is_object() ? parsed : Json::object();
}

std::int64_t left(std::int64_t limit, std::int64_t used) { return std::max<std::int64_t>(0, limit - used); }

Json share_json(double share) { return Json::number(fmt::format("{:.4f}", share)); }
// A percentage with at most four decimals, as a numeral of its own.
Json percent_json(double percent) { return Json::number(fmt::format("{:.4f}", percent)); }

constexpr std::array<Field<ShownRun>, 22> run_fields{{
    {{"pipeline_logging_id", "uuid", "The run's id"}, [](const ShownRun& s) { return Json(s.run.id); }},
    {{"pipeline_id", "string", "{tenant}-{provider}-{domain}-{template}"}, [](const ShownRun& s) { return Json(s.run.pipeline_id); }},
    {{"tenant_id", "string", "As it was onboarded"}, [](const ShownRun& s) { return Json(s.display_id); }},
    {{"status", "string", "PENDING, RUNNING, COMPLETE or FAILED"}, [](const ShownRun& s) { return text_json(to_text(s.run.state)); }},
    {{"trigger_type", "string", "api, scheduler, onboarding, backfill or retry"}, [](const ShownRun& s) { return Json(s.run.trigger_type); }},
    {{"trigger_by", "string", "Who asked for it, as the request said"}, [](const ShownRun& s) { return Json(s.run.trigger_by); }},
    {{"user_id", "string?", "X-User-ID of the request"}, [](const ShownRun& s) { return text_or_null(s.run.user_id); }},
    {{"run_date", "date?", "The day that the run is for"}, [](const ShownRun& s) { return text_or_null(s.run.run_date); }},
    {{"created_at", "date-time", "When it was accepted"}, [](const ShownRun& s) { return time_or_null(s.run.created_ms); }},
    {{"start_time", "date-time?", "When its execution began"}, [](const ShownRun& s) { return time_or_null(s.run.start_ms); }},
    {{"end_time", "date-time?", "When it ended"}, [](const ShownRun& s) { return time_or_null(s.run.end_ms); }},
    {{"duration_ms", "integer?", "From start to end"}, [](const ShownRun& s) { return duration_or_null(s.run.start_ms, s.run.end_ms); }},
    {{"parameters", "object", "The template variables of the request; secrets are redacted"}, [](const ShownRun& s) { return parsed_object(s.run.parameters_json); }},
    {{"error_message", "string?", "Why it failed"}, [](const ShownRun& s) { return text_or_null(s.run.error_message); }},
    {{"steps_total", "integer", "Steps of the pipeline"}, [](const ShownRun& s) { return Json(s.run.steps_total); }},
    {{"steps_complete", "integer", "Steps that ended well"}, [](const ShownRun& s) { return Json(s.run.steps_complete); }},
    {{"rows_processed", "integer", "Rows that its steps wrote, derived ones among them; each step tells its own"}, [](const ShownRun& s) { return Json(s.run.rows_processed); }},
    {{"progress", "number", "0 to 1, the mean of its steps"}, [](const ShownRun& s) { return share_json(s.run.progress); }},
    {{"attempts", "integer", "Workers that have taken it so far"}, [](const ShownRun& s) { return Json(s.run.attempts); }},
    {{"cancel_requested", "boolean", "Somebody wants it to end"}, [](const ShownRun& s) { return Json(!s.run.cancel_reason.empty()); }},
    {{"trace_id", "string?", "Of the traceparent (W3C) of the request that asked for it"}, [](const ShownRun& s) { return text_or_null(s.run.trace_id); }},
    {{"retry_of", "uuid?", "The failed run whose finished steps it reuses"}, [](const ShownRun& s) { return text_or_null(s.run.retry_of); }},
}};

constexpr std::array<Field<StepRun>, 14> step_fields{{
    {{"step_id", "string", "As the template calls it"}, [](const StepRun& s) { return Json(s.step_id); }},
    {{"step_name", "string", "For people"}, [](const StepRun& s) { return Json(s.step_name); }},
    {{"step_type", "string", "The step kind"}, [](const StepRun& s) { return Json(s.step_type); }},
    {{"step_index", "integer", "Its place in the template"}, [](const StepRun& s) { return Json(s.step_index); }},
    {{"status", "string", "PENDING, RUNNING, COMPLETE, FAILED or SKIPPED"}, [](const StepRun& s) { return text_json(to_text(s.state)); }},
    {{"attempt", "integer", "Which attempt this is, from 1"}, [](const StepRun& s) { return Json(s.attempt); }},
    {{"start_time", "date-time?", "When it began"}, [](const StepRun& s) { return time_or_null(s.start_ms); }},
    {{"end_time", "date-time?", "When it ended"}, [](const StepRun& s) { return time_or_null(s.end_ms); }},
    {{"duration_ms", "integer?", "From start to end"}, [](const StepRun& s) { return duration_or_null(s.start_ms, s.end_ms); }},
    {{"rows_processed", "integer", "Rows it moved"}, [](const StepRun& s) { return Json(s.rows_processed); }},
    {{"bytes_processed", "integer", "Bytes it moved"}, [](const StepRun& s) { return Json(s.bytes_processed); }},
    {{"progress", "number", "0 to 1, as the step tells"}, [](const StepRun& s) { return share_json(s.progress); }},
    {{"error_message", "string?", "Why it failed"}, [](const StepRun& s) { return text_or_null(s.error_message); }},
    {{"metadata", "object", "What the step reported"}, [](const StepRun& s) { return parsed_object(s.metadata_json); }},
}};

constexpr std::array<Field<DqResult>, 14> dq_fields{{
    {{"step_id", "string", "The step that checked"}, [](const DqResult& r) { return Json(r.step_id); }},
    {{"result_index", "integer", "Its place in the suite"}, [](const DqResult& r) { return Json(r.result_index); }},
    {{"expectation_type", "string", "expect_..."}, [](const DqResult& r) { return Json(r.expectation_type); }},
    {{"column_name", "string?", "The column, where it is about one"}, [](const DqResult& r) { return text_or_null(r.column_name); }},
    {{"severity", "string", "What a failure does to the step"}, [](const DqResult& r) { return Json(r.severity); }},
    {{"success", "boolean", "Whether it holds"}, [](const DqResult& r) { return Json(r.success); }},
    {{"observed_value", "any", "What was seen"}, [](const DqResult& r) { return parsed_or_null(r.observed_value_json); }},
    {{"kwargs", "object", "Its arguments"}, [](const DqResult& r) { return parsed_object(r.kwargs_json); }},
    {{"sample", "any", "Some of the rows that fail"}, [](const DqResult& r) { return parsed_or_null(r.sample_json); }},
    {{"element_count", "integer", "Values looked at"}, [](const DqResult& r) { return Json(r.element_count); }},
    {{"missing_count", "integer", "Of them NULL"}, [](const DqResult& r) { return Json(r.missing_count); }},
    {{"unexpected_count", "integer", "Of them unexpected"}, [](const DqResult& r) { return Json(r.unexpected_count); }},
    {{"unexpected_percent", "number", "The same in percent"}, [](const DqResult& r) { return percent_json(r.unexpected_percent); }},
    {{"executed_at", "date-time?", "When it was checked"}, [](const DqResult& r) { return time_or_null(r.created_ms); }},
}};

constexpr std::array<Field<RunLogLine>, 8> log_line_fields{{
    {{"seq", "integer", "Its number within the run"}, [](const RunLogLine& l) { return Json(l.seq); }},
    {{"time", "date-time", "When it was said"}, [](const RunLogLine& l) { return time_or_null(l.at_ms); }},
    {{"kind", "string", "run, step or log"}, [](const RunLogLine& l) { return Json(l.kind); }},
    {{"level", "string", "debug, info, warning or error"}, [](const RunLogLine& l) { return Json(l.level); }},
    {{"step_id", "string?", "The step, where it is about one"}, [](const RunLogLine& l) { return text_or_null(l.step_id); }},
    {{"attempt", "integer", "Of the step, or of the run"}, [](const RunLogLine& l) { return Json(l.attempt); }},
    {{"message", "string", "For people"}, [](const RunLogLine& l) { return Json(l.message); }},
    {{"fields", "object", "What else was said"}, [](const RunLogLine& l) { return parsed_object(l.fields_json); }},
}};

constexpr std::array<Field<ShownQuota>, 17> quota_fields{{
    {{"tenant_id", "string", "As it was onboarded"}, [](const ShownQuota& q) { return Json(q.tenant.display_id); }},
    {{"plan", "string", "The plan's name"}, [](const ShownQuota& q) { return Json(q.tenant.plan.name); }},
    {{"usage_date", "date", "The day, UTC"}, [](const ShownQuota& q) { return Json(format_date_of(q.now_ms)); }},
    {{"pipelines_run_today", "integer", "Runs accepted today"}, [](const ShownQuota& q) { return Json(q.usage.run_today); }},
    {{"daily_limit", "integer", "Runs per day"}, [](const ShownQuota& q) { return Json(q.tenant.plan.daily); }},
    {{"remaining_today", "integer", "Left today"}, [](const ShownQuota& q) { return Json(left(q.tenant.plan.daily, q.usage.run_today)); }},
    {{"pipelines_run_month", "integer", "Runs accepted this month"}, [](const ShownQuota& q) { return Json(q.usage.run_month); }},
    {{"monthly_limit", "integer", "Runs per month"}, [](const ShownQuota& q) { return Json(q.tenant.plan.monthly); }},
    {{"remaining_month", "integer", "Left this month"}, [](const ShownQuota& q) { return Json(left(q.tenant.plan.monthly, q.usage.run_month)); }},
    {{"concurrent_pipelines_running", "integer", "Runs that have not ended"}, [](const ShownQuota& q) { return Json(q.usage.concurrent_running); }},
    {{"concurrent_limit", "integer", "Runs at once"}, [](const ShownQuota& q) { return Json(q.tenant.plan.concurrent); }},
    {{"pipelines_succeeded_today", "integer", "Ended well today"}, [](const ShownQuota& q) { return Json(q.usage.succeeded_today); }},
    {{"pipelines_failed_today", "integer", "Failed today"}, [](const ShownQuota& q) { return Json(q.usage.failed_today); }},
    {{"max_concurrent_reached", "integer", "Most at once today"}, [](const ShownQuota& q) { return Json(q.usage.max_concurrent_reached); }},
    {{"max_team_members", "integer", "Of the plan; reported only"}, [](const ShownQuota& q) { return Json(q.tenant.plan.team); }},
    {{"max_providers", "integer", "Of the plan"}, [](const ShownQuota& q) { return Json(q.tenant.plan.providers); }},
    {{"reset_at", "date-time", "The next midnight, UTC"}, [](const ShownQuota& q) { return Json(format_time(midnight_ms(date_of(q.now_ms) + 1))); }},
}};

}  // namespace

Json run_json(const Run& run, const std::string& display_id) { return to_json(run_fields, ShownRun{run, display_id}); }
Json step_json(const StepRun& step) { return to_json(step_fields, step); }
Json log_line_json(const RunLogLine& line) { return to_json(log_line_fields, line); }
Json dq_json(const DqResult& result) { return to_json(dq_fields, result); }
Json quota_json(const Tenant& tenant, const Usage& usage, std::int64_t now_ms) {
  return to_json(quota_fields, ShownQuota{tenant, usage, now_ms});
}

std::vector<FieldDoc> run_field_docs() { return docs_of(run_fields); }
std::vector<FieldDoc> step_field_docs() { return docs_of(step_fields); }
std::vector<FieldDoc> log_line_field_docs() { return docs_of(log_line_fields); }
std::vector<FieldDoc> dq_field_docs() { return docs_of(dq_fields); }
std::vector<FieldDoc> quota_field_docs() { return docs_of(quota_fields); }

}  // namespace cvg
