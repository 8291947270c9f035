#include "core/access/tenant_vault.h"

#include "core/base/random.h"
#include "core/base/text.h"

namespace cvg {
namespace {

// A tenant's id holds no colon, so that no two pairs read the same.
std::string bound(const std::string& tenant_id, std::string_view purpose) { return fmt::format("{}:{}", tenant_id, purpose); }

// That our own ciphertext does not open is no fault of whoever asked.
Status ours(const Status& status, const std::string& tenant_id) {
  if (status.code() != Code::data) return status;
  return Status(Code::host, "A stored secret cannot be opened", fmt::format("tenant {}: {}", tenant_id, status.log_text()));
}

}  // namespace

Result<Secret> TenantVault::data_key(const std::string& tenant_id, bool make) {
  const std::string aad = bound(tenant_id, data_key_purpose);
  CVG_ASSIGN(std::optional<std::string> wrapped, store_.find(tenant_id));
  if (!wrapped && !make) return Status(Code::not_found, "The tenant has no data key: it was erased, or never sealed anything");
  if (!wrapped) {
    const Secret fresh(random_bytes(aead_key_bytes));
    CVG_ASSIGN(const std::string blob, keys_.wrap(tenant_key_id, fresh.text(), aad));
    CVG_ASSIGN(wrapped, store_.add(tenant_id, blob));
  }
  Result<std::string> key = keys_.unwrap(tenant_key_id, *wrapped, aad);
  if (!key.ok()) return ours(key.status(), tenant_id);
  return Secret(std::move(*key));
}

Result<std::string> TenantVault::seal(const std::string& tenant_id, std::string_view purpose, std::string_view secret) {
  CVG_ASSIGN(const Secret key, data_key(tenant_id, true));
  return aead_seal(key.text(), secret, bound(tenant_id, purpose));
}

Result<Secret> TenantVault::open(const std::string& tenant_id, std::string_view purpose, std::string_view sealed) {
  CVG_ASSIGN(const Secret key, data_key(tenant_id, false));
  Result<std::string> plain = aead_open(key.text(), sealed, bound(tenant_id, purpose));
  if (!plain.ok()) return ours(plain.status(), tenant_id);
  return Secret(std::move(*plain));
}

}  // namespace cvg
