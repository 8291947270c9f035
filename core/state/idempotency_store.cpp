#include "core/state/idempotency_store.h"

namespace cvg {
namespace {

constexpr int swept_at_once = 100;  // more than one a write: the old ones cannot pile up

}  // namespace

IdempotencyStore::Claim::~Claim() {
  if (store_ == nullptr) return;
  MutexLock lock(store_->mutex_);
  store_->claimed_.erase(name_);
}

std::optional<IdempotencyStore::Claim> IdempotencyStore::claim(const IdempotencyKey& key) {
  std::pair<std::string, std::string> name(key.tenant_id, key.key);
  MutexLock lock(mutex_);
  if (!claimed_.insert(name).second) return std::nullopt;
  return Claim(*this, std::move(name));
}

Result<std::optional<KeptReply>> IdempotencyStore::find(const IdempotencyKey& key) {
  std::optional<KeptReply> found;
  bool is_other = false;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare("SELECT operation, body_hash, reply_status, reply_body FROM idempotency_keys "
                               "WHERE tenant_id = ?1 AND idempotency_key = ?2 AND created_ms > ?3");
    row.bind(1, key.tenant_id).bind(2, key.key).bind(3, clock_.now_ms() - kept_ms_);
    if (!row.step()) return row.status();
    is_other = row.text(0) != key.operation || row.text(1) != key.request_hash;
    found = KeptReply{static_cast<int>(row.integer(2)), row.text(3)};
    return Status();
  }));
  if (is_other)
    return Status(Code::conflict, "This Idempotency-Key was used for another request")
        .with_detail_json("{\"code\":\"IDEMPOTENCY_KEY_REUSED\"}");
  return found;
}

Status IdempotencyStore::keep(Connection& connection, const IdempotencyKey& key, const KeptReply& reply) const {
  const std::int64_t now = clock_.now_ms();
  connection.prepare("DELETE FROM idempotency_keys WHERE (tenant_id, idempotency_key) IN (SELECT tenant_id, idempotency_key "
                     "FROM idempotency_keys WHERE created_ms <= ?1 ORDER BY created_ms LIMIT ?2)")
      .bind(1, now - kept_ms_).bind(2, swept_at_once)
      .step();
  Statement& row = connection.prepare(
      "INSERT OR REPLACE INTO idempotency_keys (tenant_id, idempotency_key, operation, body_hash, reply_status, reply_body, "
      "created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  row.bind(1, key.tenant_id).bind(2, key.key).bind(3, key.operation).bind(4, key.request_hash).bind(5, reply.status)
      .bind(6, reply.body).bind(7, now)
      .step();
  return row.status();
}

Status IdempotencyStore::keep(const IdempotencyKey& key, const KeptReply& reply) {
  return database_.write([&](Connection& c) { return keep(c, key, reply); });
}

}  // namespace cvg
