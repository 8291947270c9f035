#include "core/state/key_rotation_store.h"

#include "core/base/text.h"
#include "core/state/audit_log.h"

namespace cvg {
namespace {

std::optional<KeyRotation> read_open(Connection& c) {
  Statement& row = c.prepare("SELECT rotation_id, started_ms, master_made, place, last_key, rewrapped, failed FROM key_rotations "
                             "WHERE finished_ms = 0");
  if (!row.step()) return std::nullopt;
  KeyRotation rotation;
  rotation.id = row.integer(0);
  rotation.started_ms = row.integer(1);
  rotation.master_made = row.integer(2) != 0;
  rotation.place = row.text(3);
  rotation.last_key = row.text(4);
  rotation.rewrapped = row.integer(5);
  rotation.failed = row.integer(6);
  return rotation;
}

}  // namespace

std::string wrapped_aad(const WrappedColumn& column, const WrappedSecret& secret) {
  std::string aad = fmt::format("{}:{}", secret.tenant_id, column.purpose);
  if (column.binds_key) aad += ":" + secret.key;
  return aad;
}

const std::vector<WrappedColumn>& KeyRotationStore::columns() {
  static const std::vector<WrappedColumn> all = {
      {"tenant_data_keys", "tenant_id", "wrapped_key", "data_key"},
      {"tenant_api_keys", "key_id", "encrypted_api_key", "api_key"},
      {"tenant_webhooks", "webhook_id", "encrypted_secret", "webhook", true},
  };
  return all;
}

Result<std::optional<KeyRotation>> KeyRotationStore::under_way() {
  std::optional<KeyRotation> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    found = read_open(c);
    return Status();
  }));
  return found;
}

Result<KeyRotation> KeyRotationStore::begin(const AuditEntry& audit) {
  KeyRotation rotation;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    std::optional<KeyRotation> found = read_open(c);
    if (!found) {
      c.prepare("INSERT INTO key_rotations (started_ms) VALUES (?1)").bind(1, clock_.now_ms()).step();
      insert_audit(c, audit, clock_);
      found = read_open(c);
    }
    if (found) rotation = *found;
    return Status();
  }));
  return rotation;
}

Status KeyRotationStore::set_master_made(const KeyRotation& rotation) {
  return database_.write([&](Connection& c) {
    c.prepare("UPDATE key_rotations SET master_made = 1 WHERE rotation_id = ?1").bind(1, rotation.id).step();
    return Status();
  });
}

Result<std::vector<WrappedSecret>> KeyRotationStore::batch(const WrappedColumn& column, const std::string& last_key, int rows_max) {
  const std::string sql = fmt::format("SELECT {0}, tenant_id, {1} FROM {2} WHERE {0} > ?1 ORDER BY {0} LIMIT ?2", column.key,
                                      column.column, column.table);
  std::vector<WrappedSecret> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    row.bind(1, last_key).bind(2, rows_max);
    while (row.step()) found.push_back({row.text(0), row.text(1), row.text(2), {}});
    return row.status();
  }));
  return found;
}

Status KeyRotationStore::store(KeyRotation& rotation, const WrappedColumn& column, const std::vector<WrappedSecret>& secrets) {
  const std::string sql =
      fmt::format("UPDATE {} SET {} = ?1 WHERE {} = ?2 AND {} = ?3", column.table, column.column, column.key, column.column);
  KeyRotation next = rotation;
  next.place = column.table;
  if (!secrets.empty()) next.last_key = secrets.back().key;
  for (const WrappedSecret& secret : secrets) ++(secret.again.empty() ? next.failed : next.rewrapped);
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    for (const WrappedSecret& secret : secrets)
      if (!secret.again.empty()) c.prepare(sql).bind_bytes(1, secret.again).bind(2, secret.key).bind_bytes(3, secret.blob).step();
    c.prepare("UPDATE key_rotations SET place = ?2, last_key = ?3, rewrapped = ?4, failed = ?5 WHERE rotation_id = ?1")
        .bind(1, next.id).bind(2, next.place).bind(3, next.last_key).bind(4, next.rewrapped).bind(5, next.failed)
        .step();
    return Status();
  }));
  rotation = next;
  return {};
}

Status KeyRotationStore::finish(const KeyRotation& rotation, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    c.prepare("UPDATE key_rotations SET finished_ms = ?2, last_key = '' WHERE rotation_id = ?1").bind(1, rotation.id).bind(2, clock_.now_ms()).step();
    insert_audit(c, audit, clock_);
    return Status();
  });
}

}  // namespace cvg
