// Authenticator: who a request comes from.  A tenant is known by X-API-Key, the operator by X-Admin-Key.  Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/access/key_uses.h"
#include "core/access/scope.h"
#include "core/model/tenant.h"
#include "core/state/tenant_store.h"

namespace cvg {

// Who a request acts for, as of its authentication: a view of the store's own row, which it keeps alive.
struct Principal {
  explicit Principal(std::shared_ptr<const TenantStore::KeyOwner> of)
      : owner(std::move(of)), tenant(owner->tenant), key_id(owner->key.id), scopes(owner->key.scopes) {}
  std::shared_ptr<const TenantStore::KeyOwner> owner;
  const Tenant& tenant;
  const std::string& key_id;
  const std::string& scopes;  // comma list; "*" = all
  bool may(std::string_view scope) const;
};

class Authenticator {
 public:
  // admin_key empty: the operator's routes answer unavailable.
  // uses, when given, hears of every accepted key; it outlives the authenticator.
  Authenticator(TenantStore& tenants, std::string_view admin_key, KeyUses* uses = nullptr);

  // Code::auth "Invalid or missing API key" for a missing, unknown, revoked or expired key; Code::denied when its tenant is
  // suspended; Code::unavailable when the store is.
  Result<Principal> authenticate(const std::string& api_key) const;
  // Code::unavailable (unset on the server), auth (missing) or denied (wrong).
  Status check_admin_key(std::string_view key) const;

 private:
  TenantStore& tenants_;
  KeyUses* const uses_;
  const std::string admin_key_hash_;  // empty: unset
};

// A new key, "{display_id}_api_" and 16 letters of base 62.  Only its hash and its ciphertext are ever stored.
std::string make_api_key(std::string_view display_id);
std::string hash_api_key(std::string_view api_key);

}  // namespace cvg
