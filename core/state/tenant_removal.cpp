#include "core/state/tenant_removal.h"

#include "core/base/text.h"
#include "core/state/run_log.h"

namespace cvg {

std::vector<std::pair<std::string, std::int64_t>> remove_tenant_rows(Connection& connection, const std::string& tenant_id) {
  // Lines know their run alone, so they go while the runs are there.
  const std::vector<std::pair<std::string, std::int64_t>> lines = remove_log_lines(connection, tenant_id);
  std::vector<std::pair<std::string, std::int64_t>> removed;
  Statement& tables = connection.prepare(
      "SELECT m.name FROM sqlite_schema m WHERE m.type = 'table' AND m.name <> 'audit_log' AND EXISTS "
      "(SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'tenant_id') ORDER BY m.name");
  while (tables.step()) removed.emplace_back(tables.text(0), 0);
  // Counted before anything goes: a row that falls with the one it refers to is in no count of its own table's DELETE.
  for (auto& [table, rows] : removed) {
    Statement& counted = connection.prepare(fmt::format("SELECT count(*) FROM \"{}\" WHERE tenant_id = ?1", table)).bind(1, tenant_id);
    if (counted.step()) rows = counted.integer(0);
  }
  // Rows refer to others of the same tenant: what they refer to may go first, as all of it is gone in the end.
  static_cast<void>(connection.run("PRAGMA defer_foreign_keys = ON"));
  for (const auto& [table, rows] : removed)
    connection.prepare(fmt::format("DELETE FROM \"{}\" WHERE tenant_id = ?1", table)).bind(1, tenant_id).step();
  removed.insert(removed.end(), lines.begin(), lines.end());
  return removed;
}

}  // namespace cvg
