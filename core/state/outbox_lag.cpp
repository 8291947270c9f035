#include "core/state/outbox_lag.h"

namespace cvg {

Result<std::int64_t> oldest_outbox_ms(Database& database, const std::string& kind) {
  std::int64_t oldest = 0;
  CVG_RETURN_IF_ERROR(database.read([&](Connection& c) {
    Statement& row = c.prepare("SELECT created_ms FROM outbox WHERE kind = ?1 ORDER BY outbox_id LIMIT 1");
    if (row.bind(1, kind).step()) oldest = row.integer(0);
    return row.status();
  }));
  return oldest;
}

}  // namespace cvg
