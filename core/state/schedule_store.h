// ScheduleStore: which pipelines run when.  Every method is one transaction; what it answers ok is durable.  Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/schedule.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

class ScheduleStore {
 public:
  ScheduleStore(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // By (tenant, provider, domain, template): replaces what the tenant may set, and brings a deleted one back.  The row as
  // stored.  Code::limit when the tenant has schedules_max already.
  Result<Schedule> put(const Schedule& schedule, std::int64_t schedules_max, const AuditEntry& audit);
  // In the order of their making; is_active none: all.
  Result<std::vector<Schedule>> list(const std::string& tenant_id, std::optional<bool> is_active);
  // Its waiting runs go with it.  Code::not_found for an unknown, foreign or deleted one.
  Status remove(const std::string& tenant_id, const std::string& config_id, const AuditEntry& audit);

  // Due now, longest first; tenant_id empty: of all tenants.
  Result<std::vector<std::pair<Schedule, bool>>> due(const std::string& tenant_id, std::int64_t limit);  // bool: suspended
  // Moves the schedules on and puts their occurrences into history and queue, all in one transaction.  A schedule that
  // another trigger has moved meanwhile is left alone, and an occurrence is queued once whatever happens.
  struct Enqueued {
    std::int64_t triggered = 0, queued = 0, skipped = 0;
  };
  Result<Enqueued> enqueue(const std::vector<DueSchedule>& due, std::int64_t waiting_max, const AuditEntry& audit);
  // The next instant at which one is due; nothing: there is none.
  Result<std::optional<std::int64_t>> next_due_ms(const std::string& tenant_id);

 private:
  Database& database_;
  const Clock& clock_;
};

std::string_view to_text(Misfire misfire);
bool misfire_from_text(std::string_view text, Misfire& out);

}  // namespace cvg
