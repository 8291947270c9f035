#include "core/run/step_services.h"

#include <convergence/derive_units.h>

#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/config/sql_guard.h"
#include "core/config/table_name.h"
#include "core/plugin/abi_view.h"
#include "core/run/derived_units.h"

namespace cvg {
namespace {

Json constant(const char* name, const char* type, const std::string& value) {
  return Json::object().set("name", name).set("type", type).set("value", value);
}

// Without T and Z: what every SQL engine casts to a TIMESTAMP.
std::string sql_time(std::int64_t ms) {
  std::string text = format_time(ms);
  std::replace(text.begin(), text.end(), 'T', ' ');
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

}  // namespace

CallInfo call_info_of(const RunContext& run, const StepSpec& step, std::int32_t attempt) {
  CallInfo info;
  info.tenant_id = run.tenant.id;
  info.display_id = run.tenant.display_id;
  info.run_id = run.run.id;
  info.step_id = step.id;
  info.step_type = step.type;
  info.pipeline_id = run.run.pipeline_id;
  info.run_date = run.run.run_date;
  info.trace_id = run.run.trace_id.empty() ? run.run.request_id : run.run.trace_id;
  info.attempt = attempt;
  return info;
}

std::string lineage_json(const RunContext& run, std::int64_t now_ms) {
  return Json::array()
      .push(constant("x_tenant_id", "VARCHAR", run.tenant.id))
      .push(constant("x_pipeline_id", "VARCHAR", run.run.pipeline_id))
      .push(constant("x_run_id", "VARCHAR", run.run.id))
      .push(constant("x_run_date", "DATE", run.run.run_date))
      .push(constant("x_ingested_at", "TIMESTAMP", sql_time(now_ms)))
      .dump();
}

void StepServices::log(int level, std::string_view message, const Json& fields) {
  const Severity severity = level <= 0 ? Severity::debug : level == 1 ? Severity::info : level == 2 ? Severity::warning : Severity::error;
  const std::string detail = fields.is_object() && fields.size() > 0 ? fields.dump() : std::string();
  run_.environment.log.write(severity, message,
                             {{"tenant_id", run_.tenant.id}, {"run_id", run_.run.id}, {"step_id", step_.id}, {"detail", detail}});
  if (run_.observer) run_.observer->step_logged(step_, attempt_, severity, message, fields);
}

void StepServices::progress(double fraction, std::uint64_t rows, std::uint64_t bytes) {
  fraction = progress_.hear(fraction);
  if (run_.observer) run_.observer->step_progressed(step_, fraction, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(bytes));
}

Result<Json> StepServices::run_provider(cvg_call*, const std::string& provider, const cvg_extract_req& request, const Json& destination) {
  CVG_ASSIGN(Destination to, Destination::read(destination));
  CVG_ASSIGN(const std::unique_ptr<ObjectStore> objects, run_.environment.sources.open(view(request.uri), run_.tenant.id));
  const bool reload = run_.reload || (request.flags & CVG_EXTRACT_RELOAD) != 0;
  ExtractSink sink(run_, step_.id, *this, publication_, std::move(to), reload, &progress_);
  // The provider gets a call of its own, bound to the source.
  Call inner(Call::Options{.info = call_info_of(run_, step_, attempt_),
                           .deadline_monotonic_ms = deadline_ms_,
                           .services = &sink,
                           .stage = &stage_,
                           .objects = objects.get(),
                           .clock = &run_.environment.clock,
                           .cancel = &run_.cancel,
                           .http = run_.environment.http});
  CVG_ASSIGN(const std::unique_ptr<ProviderWork> work, run_.environment.components.make_provider(provider, inner.raw()));
  cvg_extract_req asked = request;
  if (reload) asked.flags |= CVG_EXTRACT_RELOAD;
  {
    const StepWatch::Guard guard(run_.environment.watch, deadline_ms_, run_.cancel, [&] { work->interrupt(); });
    CVG_RETURN_IF_ERROR(work->extract(inner.raw(), asked, sink.raw()));
  }
  CVG_RETURN_IF_ERROR(sink.close(inner.raw()));
  for (const auto& [table, units] : sink.units()) {
    for (const RunUnit& unit : units) add_unit(units_, table, unit);
  }
  return sink.result();
}

Result<Json> StepServices::run_units(const std::string& table) { return run_.units.of(table); }

Status StepServices::query(cvg_call* call, const cvg_sql& sql, ArrowArrayStream* out) {
  cvg_sql bound = sql;
  bound.txn = publication_.handle();
  const StepProgress::Statement statement(progress_);
  return run_.environment.warehouse.query(call, bound, out);
}

Result<std::int64_t> StepServices::ingest(cvg_call* call, const cvg_ingest& request) {
  const std::string table(view(request.table));
  const Status fits = check_destination_table(table);
  if (!fits.ok()) return Status(Code::config, "destination.table: " + fits.text());
  CVG_RETURN_IF_ERROR(check_no_engine_column(view(request.sql)));
  if (request.mode == CVG_DERIVE_UNITS) return derive(call, request);
  const std::string lineage = lineage_json(run_, run_.environment.clock.now_ms());
  cvg_ingest bound = request;
  bound.constants_json = abi_text(lineage);
  CVG_ASSIGN(bound.txn, publication_.open(call));
  const StepProgress::Statement statement(progress_);
  CVG_ASSIGN(const std::int64_t rows, run_.environment.warehouse.ingest(call, bound));
  publication_.mark_rewritten(step_.id, table, bound.mode, run_.run.id);
  if (bound.mode == CVG_REPLACE_UNIT) {
    const RunUnit unit{std::string(view(request.source)), std::string(view(request.unit))};
    add_unit(units_, table, unit);
    // Derived rows have no version of their own; the entry lets a resumed run find its units.
    publication_.set_cursor(step_.id, cursor_key(table, unit), Json::object().set("version", "").set("run", run_.run.id).set("rows", rows));
  }
  return rows;
}

Result<std::int64_t> StepServices::derive(cvg_call* call, const cvg_ingest& request) {
  const std::string table(view(request.table)), input(view(request.source)), sql(view(request.sql));
  CVG_ASSIGN(const Json asked, parse_json(view(request.keys_json)));
  const bool may_stay = !run_.reload && reads_input_alone(sql);
  CVG_ASSIGN(const std::string input_by, publication_.rewritten_by(call, input));
  CVG_ASSIGN(const std::string table_by, publication_.rewritten_by(call, table));
  Json todo = Json::array();
  for (const Json& one : asked.items()) {
    const RunUnit unit{one["source"].text(), one["unit"].text()};
    CVG_ASSIGN(const Json stored, publication_.stored_cursor(call, cursor_key(input, unit)));
    CVG_ASSIGN(const Json from, publication_.cursor(call, cursor_key(input, unit)));
    CVG_ASSIGN(const Json before, publication_.cursor(call, cursor_key(table, unit)));
    const std::string derivation = from.is_null() ? "" : derivation_of(sql, input, Json::array().push(from).push(input_by).push(table_by));
    add_unit(units_, table, unit);
    const bool same = may_stay && !derivation.empty() && before["derivation"].text() == derivation;
    if (!same) todo.push(unit_json(unit));
    // The entry also lets a resumed run find its units.
    Json made = same ? before : Json::object().set("version", "").set("run", run_.run.id).set("derivation", derivation);
    // The publication looks again whether the input is still this one.  What it publishes itself comes with it.
    const bool is_staged = from["run"].text_or("") == run_.run.id && from.dump() != stored.dump();
    if (!is_staged) made.set("derived_from", Json::object().set("key", cursor_key(input, unit)).set("cursor", from));
    publication_.set_cursor(step_.id, cursor_key(table, unit), made);
  }
  if (todo.size() < asked.size())
    log(1, "Units whose input is unchanged stay as they are", Json::object().set("unchanged", asked.size() - todo.size()).set("derived", todo.size()));
  if (todo.size() == 0) return std::int64_t{0};
  const std::string lineage = lineage_json(run_, run_.environment.clock.now_ms()), keys = todo.dump();
  cvg_ingest bound = request;
  bound.keys_json = abi_text(keys);
  bound.constants_json = abi_text(lineage);
  CVG_ASSIGN(bound.txn, publication_.open(call));
  const StepProgress::Statement statement(progress_);
  return run_.environment.warehouse.ingest(call, bound);
}

}  // namespace cvg
