#include "core/tenancy/key_rotation.h"

#include "core/access/tenant_vault.h"
#include "core/base/aead.h"
#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

constexpr int batch_rows = 200;

std::size_t place_of(const std::string& table) {
  const std::vector<WrappedColumn>& all = KeyRotationStore::columns();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].table == table) return i;
  return 0;
}

}  // namespace

Result<Json> KeyRotator::rotate(const AuditEntry& audit) {
  {
    MutexLock lock(mutex_);
    if (busy_) return Status(Code::conflict, "A rotation of the master key is under way").with_retryable(false);
    busy_ = true;
  }
  const Result<Json> answer = [&]() -> Result<Json> {
    CVG_ASSIGN(const std::optional<KeyRotation> open, store_.under_way());
    AuditEntry entry = audit;
    entry.action = "keys.rotate";
    CVG_ASSIGN(const KeyRotation begun, store_.begin(entry));
    CVG_ASSIGN(const KeyRotation ended, go_on(begun, audit));
    return Json::object()
        .set("rotation_id", ended.id)
        .set("resumed", open.has_value())
        .set("rewrapped", ended.rewrapped)
        .set("failed", ended.failed)
        .set("started_at", format_time(ended.started_ms))
        .set("finished_at", format_time(clock_.now_ms()))
        .set("message", ended.failed == 0 ? "Every secret is wrapped under the new version; the older ones are no longer needed."
                                          : "Some secrets could not be read and stay as they were: keep the older versions.");
  }();
  MutexLock lock(mutex_);
  busy_ = false;
  return answer;
}

Status KeyRotator::resume() {
  CVG_ASSIGN(const std::optional<KeyRotation> open, store_.under_way());
  if (!open) return {};
  AuditEntry audit;
  audit.actor = "server";
  return rotate(audit).status();
}

Result<KeyRotation> KeyRotator::go_on(KeyRotation rotation, const AuditEntry& audit) {
  if (!rotation.master_made) {
    const Status made = keys_.rotate();
    if (!made.ok() && made.code() != Code::unsupported) return made;
    CVG_RETURN_IF_ERROR(store_.set_master_made(rotation));
  }
  const std::vector<WrappedColumn>& all = KeyRotationStore::columns();
  for (std::size_t i = place_of(rotation.place); i < all.size(); ++i) {
    if (rotation.place != all[i].table) rotation.last_key.clear();
    CVG_RETURN_IF_ERROR(rewrap(rotation, all[i]));
  }
  AuditEntry entry = audit;
  entry.action = "keys.rotated";
  entry.detail_json = Json::object().set("rewrapped", rotation.rewrapped).set("failed", rotation.failed).dump();
  CVG_RETURN_IF_ERROR(store_.finish(rotation, entry));
  return rotation;
}

Status KeyRotator::rewrap(KeyRotation& rotation, const WrappedColumn& column) {
  for (;;) {
    CVG_ASSIGN(std::vector<WrappedSecret> secrets, store_.batch(column, rotation.last_key, batch_rows));
    for (WrappedSecret& secret : secrets) {
      const std::string aad = wrapped_aad(column, secret);
      Result<std::string> plain = keys_.unwrap(tenant_key_id, secret.blob, aad);
      // A key manager that is down must not count every secret as lost.
      if (!plain.ok() && plain.status().code() != Code::data) return plain.status();
      if (!plain.ok()) {
        log_.error("A wrapped secret cannot be read", {{"tenant_id", secret.tenant_id}, {"table", column.table}, {"error", plain.status().log_text()}});
        continue;
      }
      const Secret held(std::move(*plain));
      CVG_ASSIGN(secret.again, keys_.wrap(tenant_key_id, held.text(), aad));
    }
    CVG_RETURN_IF_ERROR(store_.store(rotation, column, secrets));
    if (secrets.size() < static_cast<std::size_t>(batch_rows)) return {};
  }
}

}  // namespace cvg
