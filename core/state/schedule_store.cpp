#include "core/state/schedule_store.h"

#include <array>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/state/audit_log.h"

namespace cvg {
namespace {

constexpr std::array<std::pair<Misfire, std::string_view>, 3> misfires{{{Misfire::skip, "skip"}, {Misfire::last, "last"}, {Misfire::all, "all"}}};

constexpr std::string_view schedule_columns =
    "s.config_id, s.tenant_id, s.provider, s.domain, s.pipeline_template, s.schedule_cron, s.timezone, s.is_active, s.parameters_json, "
    "s.priority, s.misfire, s.max_catchup, s.next_run_ms, s.last_run_ms, s.last_run_status, s.created_ms, s.updated_ms";
constexpr int schedule_column_count = 17;

Schedule read_schedule(const Statement& row) {
  Schedule s;
  s.config_id = row.text(0);
  s.tenant_id = row.text(1);
  s.provider = row.text(2);
  s.domain = row.text(3);
  s.template_name = row.text(4);
  s.cron = row.text(5);
  s.timezone = row.text(6);
  s.is_active = row.integer(7) != 0;
  s.parameters_json = row.text(8);
  s.priority = row.integer(9);
  misfire_from_text(row.text(10), s.misfire);
  s.max_catchup = row.integer(11);
  s.next_run_ms = row.integer(12);
  s.last_run_ms = row.integer(13);
  s.last_run_status = row.text(14);
  s.created_ms = row.integer(15);
  s.updated_ms = row.integer(16);
  return s;
}

// A text to be remembered: it is on the hot path.
const std::string& select_schedules(std::string_view where) {
  static const std::string one = fmt::format("SELECT {} FROM tenant_pipeline_configs s WHERE s.is_deleted = 0 AND s.tenant_id = ?1 AND "
                                             "s.provider = ?2 AND s.domain = ?3 AND s.pipeline_template = ?4", schedule_columns);
  static const std::string of_tenant = fmt::format("SELECT {} FROM tenant_pipeline_configs s WHERE s.is_deleted = 0 AND s.tenant_id = ?1 "
                                                   "ORDER BY s.created_ms, s.config_id", schedule_columns);
  return where == "one" ? one : of_tenant;
}

Result<Schedule> find(Connection& c, const Schedule& wanted) {
  Statement& row = c.prepare(select_schedules("one"));
  row.bind(1, wanted.tenant_id).bind(2, wanted.provider).bind(3, wanted.domain).bind(4, wanted.template_name);
  if (row.step()) return read_schedule(row);
  return row.status().ok() ? Status(Code::host, "The schedule was not stored.") : row.status();
}

Status check_room(Connection& c, const Schedule& schedule, std::int64_t schedules_max) {
  Statement& row = c.prepare("SELECT count(*), coalesce(sum(provider = ?2 AND domain = ?3 AND pipeline_template = ?4), 0) "
                             "FROM tenant_pipeline_configs WHERE tenant_id = ?1 AND is_deleted = 0");
  row.bind(1, schedule.tenant_id).bind(2, schedule.provider).bind(3, schedule.domain).bind(4, schedule.template_name);
  if (!row.step()) return row.status();
  if (row.integer(1) > 0 || row.integer(0) < schedules_max) return Status();
  return Status(Code::limit, fmt::format("A tenant may have {} schedules: delete one first.", schedules_max));
}

// The same times again do not lose a run that is due and was not triggered yet.
void upsert(Connection& c, const Schedule& s, std::int64_t now) {
  c.prepare("INSERT INTO tenant_pipeline_configs (config_id, tenant_id, provider, domain, pipeline_template, schedule_cron, timezone, "
            "is_active, parameters_json, priority, misfire, max_catchup, next_run_ms, created_ms, updated_ms) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14) "
            "ON CONFLICT (tenant_id, provider, domain, pipeline_template) DO UPDATE SET schedule_cron = ?6, timezone = ?7, is_active = ?8, "
            "parameters_json = ?9, priority = ?10, misfire = ?11, max_catchup = ?12, updated_ms = ?14, next_run_ms = CASE WHEN "
            "schedule_cron = ?6 AND timezone = ?7 AND is_active = 1 AND ?8 = 1 AND is_deleted = 0 THEN next_run_ms ELSE ?13 END, "
            "created_ms = CASE is_deleted WHEN 0 THEN created_ms ELSE ?14 END, is_deleted = 0")
      .bind(1, s.config_id.empty() ? random_uuid() : s.config_id).bind(2, s.tenant_id).bind(3, s.provider).bind(4, s.domain)
      .bind(5, s.template_name).bind(6, s.cron).bind(7, s.timezone).bind(8, s.is_active ? 1 : 0).bind(9, s.parameters_json)
      .bind(10, s.priority).bind(11, to_text(s.misfire)).bind(12, s.max_catchup).bind(13, s.next_run_ms).bind(14, now)
      .step();
}

// One occurrence into history and queue; false: it stood there already.
bool enqueue_one(Connection& c, const DueSchedule& due, const DueSchedule::Occurrence& at, const std::string& actor, std::int64_t now) {
  const std::string id = random_uuid();
  c.prepare("INSERT INTO tenant_scheduled_pipeline_runs (scheduled_run_id, config_id, tenant_id, scheduled_ms, status, created_ms) "
            "VALUES (?1, ?2, ?3, ?4, 'PENDING', ?5) ON CONFLICT (config_id, scheduled_ms) DO NOTHING")
      .bind(1, id).bind(2, due.config_id).bind(3, due.tenant_id).bind(4, at.scheduled_ms).bind(5, now)
      .step();
  if (c.changes() == 0) return false;
  c.prepare("INSERT INTO tenant_pipeline_execution_queue (tenant_id, pipeline_id, scheduled_run_id, provider, domain, pipeline_template, "
            "run_date, parameters_json, trigger_type, priority, status, not_before_ms, created_ms, actor) "
            "SELECT tenant_id, lower(tenant_id || '-' || provider || '-' || domain || '-' || pipeline_template), ?2, provider, domain, "
            "pipeline_template, ?3, parameters_json, 'scheduler', priority, 'QUEUED', ?4, ?4, ?5 FROM tenant_pipeline_configs "
            "WHERE config_id = ?1")
      .bind(1, due.config_id).bind(2, id).bind(3, at.run_date).bind(4, now).bind(5, actor)
      .step();
  return true;
}

std::int64_t count_waiting(Connection& c, const DueSchedule& due) {
  Statement& row = c.prepare(
      "SELECT count(*) FROM tenant_pipeline_execution_queue q JOIN tenant_pipeline_configs s ON s.config_id = ?1 "
      "WHERE q.tenant_id = s.tenant_id AND q.pipeline_id = lower(s.tenant_id || '-' || s.provider || '-' || s.domain || '-' || "
      "s.pipeline_template) AND q.status = 'QUEUED' AND q.trigger_type = 'scheduler'");
  return row.bind(1, due.config_id).step() ? row.integer(0) : 0;
}

void enqueue_due(Connection& c, const DueSchedule& due, std::int64_t waiting_max, const std::string& actor, std::int64_t now,
                 ScheduleStore::Enqueued& out) {
  c.prepare("UPDATE tenant_pipeline_configs SET next_run_ms = ?3, last_run_ms = CASE ?4 WHEN 0 THEN last_run_ms ELSE ?4 END "
            "WHERE config_id = ?1 AND next_run_ms = ?2 AND is_active = 1 AND is_deleted = 0")
      .bind(1, due.config_id).bind(2, due.found_next_ms).bind(3, due.next_run_ms)
      .bind(4, due.occurrences.empty() ? 0 : due.occurrences.back().scheduled_ms)
      .step();
  if (c.changes() == 0) return;
  ++out.triggered;
  if (due.occurrences.empty()) ++out.skipped;
  std::int64_t room = waiting_max - (due.occurrences.empty() ? 0 : count_waiting(c, due));
  for (const DueSchedule::Occurrence& at : due.occurrences) {
    if (room-- > 0 && enqueue_one(c, due, at, actor, now)) ++out.queued;
    else ++out.skipped;
  }
}

}  // namespace

std::string_view to_text(Misfire misfire) {
  for (const auto& [value, word] : misfires)
    if (value == misfire) return word;
  return "last";
}

bool misfire_from_text(std::string_view text, Misfire& out) {
  for (const auto& [value, word] : misfires)
    if (equals_ignoring_case(word, text)) {
      out = value;
      return true;
    }
  return false;
}

Result<Schedule> ScheduleStore::put(const Schedule& schedule, std::int64_t schedules_max, const AuditEntry& audit) {
  Schedule stored;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    CVG_RETURN_IF_ERROR(check_room(c, schedule, schedules_max));
    upsert(c, schedule, clock_.now_ms());
    CVG_ASSIGN(stored, find(c, schedule));
    AuditEntry entry = audit;
    entry.target = stored.config_id;
    insert_audit(c, entry, clock_);
    return Status();
  }));
  return stored;
}

Result<std::vector<Schedule>> ScheduleStore::list(const std::string& tenant_id, std::optional<bool> is_active) {
  std::vector<Schedule> all;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(select_schedules("of_tenant"));
    row.bind(1, tenant_id);
    while (row.step()) all.push_back(read_schedule(row));
    return row.status();
  }));
  if (is_active) std::erase_if(all, [&](const Schedule& s) { return s.is_active != *is_active; });
  return all;
}

Status ScheduleStore::remove(const std::string& tenant_id, const std::string& config_id, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    const std::int64_t now = clock_.now_ms();
    c.prepare("UPDATE tenant_pipeline_configs SET is_deleted = 1, is_active = 0, updated_ms = ?3 "
              "WHERE config_id = ?1 AND tenant_id = ?2 AND is_deleted = 0")
        .bind(1, config_id).bind(2, tenant_id).bind(3, now)
        .step();
    if (c.changes() == 0) return Status(Code::not_found, fmt::format("There is no schedule {}", config_id));
    c.prepare("DELETE FROM tenant_pipeline_execution_queue WHERE status = 'QUEUED' AND scheduled_run_id IN "
              "(SELECT scheduled_run_id FROM tenant_scheduled_pipeline_runs WHERE config_id = ?1 AND status = 'PENDING')")
        .bind(1, config_id)
        .step();
    c.prepare("UPDATE tenant_scheduled_pipeline_runs SET status = 'FAILED', end_ms = ?2, error_message = 'The schedule was deleted' "
              "WHERE config_id = ?1 AND status = 'PENDING'")
        .bind(1, config_id).bind(2, now)
        .step();
    insert_audit(c, audit, clock_);
    return Status();
  });
}

Result<std::vector<std::pair<Schedule, bool>>> ScheduleStore::due(const std::string& tenant_id, std::int64_t limit) {
  constexpr std::string_view text =
      "SELECT {}, p.status = 'SUSPENDED' FROM tenant_pipeline_configs s JOIN tenant_profiles p USING (tenant_id) WHERE {}"
      "s.is_active = 1 AND s.is_deleted = 0 AND s.next_run_ms <= ?1 ORDER BY s.next_run_ms LIMIT ?2";
  static const std::string of_all = fmt::format(fmt::runtime(text), schedule_columns, "");
  static const std::string of_one = fmt::format(fmt::runtime(text), schedule_columns, "s.tenant_id = ?3 AND ");
  std::vector<std::pair<Schedule, bool>> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(tenant_id.empty() ? of_all : of_one);
    row.bind(1, clock_.now_ms()).bind(2, limit);
    if (!tenant_id.empty()) row.bind(3, tenant_id);
    while (row.step()) found.emplace_back(read_schedule(row), row.integer(schedule_column_count) != 0);
    return row.status();
  }));
  return found;
}

Result<ScheduleStore::Enqueued> ScheduleStore::enqueue(const std::vector<DueSchedule>& due, std::int64_t waiting_max, const AuditEntry& audit) {
  Enqueued out;
  if (due.empty()) return out;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    out = {};
    for (const DueSchedule& one : due) enqueue_due(c, one, waiting_max, audit.actor, clock_.now_ms(), out);
    if (out.triggered > 0) insert_audit(c, audit, clock_);
    return Status();
  }));
  return out;
}

Result<std::optional<std::int64_t>> ScheduleStore::next_due_ms(const std::string& tenant_id) {
  std::optional<std::int64_t> next;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(tenant_id.empty()
                                   ? "SELECT min(next_run_ms) FROM tenant_pipeline_configs WHERE is_active = 1 AND is_deleted = 0"
                                   : "SELECT min(next_run_ms) FROM tenant_pipeline_configs WHERE is_active = 1 AND is_deleted = 0 AND tenant_id = ?1");
    if (!tenant_id.empty()) row.bind(1, tenant_id);
    if (row.step() && !row.is_null(0) && row.integer(0) != never_ms) next = row.integer(0);
    return row.status();
  }));
  return next;
}

}  // namespace cvg
