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

Status note_outbox(Database& database, std::int64_t id, const std::string& body_json) {
  return database.write([&](Connection& c) {
    c.prepare("UPDATE outbox SET body_json = ?2 WHERE outbox_id = ?1").bind(1, id).bind(2, body_json).step();
    return Status();
  });
}

}  // namespace cvg
