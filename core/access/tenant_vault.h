// TenantVault: envelope encryption of a tenant's secrets.  A secret is sealed under the tenant's data key, which is made at
// its first use, wrapped by the key manager and stored beside the tenant; tenant and purpose are bound to it.  There is no
// plaintext fallback: without the key manager nothing is sealed or opened.  Any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/access/key_manager.h"
#include "core/base/aead.h"
#include "core/state/data_key_store.h"

namespace cvg {

// What the key manager is told a data key is for; a rotation wraps it again under the same words.
inline constexpr std::string_view tenant_key_id = "tenant", data_key_purpose = "data_key";

class TenantVault {
 public:
  // Both outlive the vault.
  TenantVault(KeyManager& keys, DataKeyStore& store) : keys_(keys), store_(store) {}

  // Code::not_found when there is no such tenant; the key manager's own when it is down.
  Result<std::string> seal(const std::string& tenant_id, std::string_view purpose, std::string_view secret);
  // Code::data when the bytes were changed, or sealed for another tenant or purpose.
  Result<Secret> open(const std::string& tenant_id, std::string_view purpose, std::string_view sealed);

 private:
  Result<Secret> data_key(const std::string& tenant_id, bool make);

  KeyManager& keys_;
  DataKeyStore& store_;
};

}  // namespace cvg
