#include "core/access/tenant_admin.h"

#include "core/access/authenticator.h"
#include "core/access/tenant_orders.h"
#include "core/base/random.h"
#include "core/base/text.h"

namespace cvg {
namespace {

AuditEntry entry(AuditEntry who, const std::string& tenant_id, const char* action, const std::string& target) {
  who.tenant_id = tenant_id;
  who.action = action;
  who.target = target;
  return who;
}

}  // namespace

Result<Tenant> TenantAdmin::tenant(const std::string& tenant_id) {
  CVG_ASSIGN(std::optional<Tenant> tenant, parts_.tenants.get(lower_tenant_id(tenant_id)));
  if (!tenant) return Status(Code::not_found, fmt::format("There is no tenant '{}'", tenant_id));
  return std::move(*tenant);
}

Result<Tenant> TenantAdmin::change(const std::string& tenant_id, const Json& body, AuditEntry who) {
  CVG_ASSIGN(const TenantChange change, read_tenant_change(body, parts_.plans));
  const std::string id = lower_tenant_id(tenant_id);
  CVG_ASSIGN(Tenant tenant, parts_.tenants.change(id, change, entry(std::move(who), id, "tenant.change", id)));
  parts_.changed(id);
  return tenant;
}

Result<std::vector<ApiKey>> TenantAdmin::keys(const std::string& tenant_id) {
  CVG_ASSIGN(const Tenant known, tenant(tenant_id));
  return parts_.tenants.keys(known.id);
}

// The ciphertext is made before anything is stored: a key manager that is down never leaves a plain key behind.
Result<IssuedKey> TenantAdmin::new_key(const std::string& tenant_id) {
  IssuedKey issued;
  CVG_ASSIGN(issued.tenant, tenant(tenant_id));
  issued.api_key = make_api_key(issued.tenant.display_id);
  issued.row.id = random_uuid();
  issued.row.tenant_id = issued.tenant.id;
  issued.row.hash = hash_api_key(issued.api_key);
  issued.row.created_ms = parts_.clock.now_ms();
  CVG_ASSIGN(issued.row.ciphertext, parts_.key_manager.wrap("tenant", issued.api_key, issued.tenant.id + ":api_key"));
  return issued;
}

Result<IssuedKey> TenantAdmin::create_key(const std::string& tenant_id, const Json& body, AuditEntry who) {
  CVG_ASSIGN(const KeyOrder order, read_key_order(body, parts_.clock.now_ms()));
  CVG_ASSIGN(IssuedKey issued, new_key(tenant_id));
  issued.row.name = order.name;
  issued.row.scopes = order.scopes;
  issued.row.expires_ms = order.expires_ms;
  CVG_RETURN_IF_ERROR(parts_.keys.add(issued.row, parts_.keys_max, entry(std::move(who), issued.tenant.id, "key.create", "")));
  parts_.changed(issued.tenant.id);
  return issued;
}

Result<IssuedKey> TenantAdmin::rotate_key(const std::string& tenant_id, const Json& body, AuditEntry who) {
  CVG_ASSIGN(const RotationOrder order, read_rotation_order(body, parts_.clock.now_ms(), parts_.grace_seconds_max));
  CVG_ASSIGN(IssuedKey issued, new_key(tenant_id));
  issued.row.expires_ms = order.expires_ms;
  CVG_ASSIGN(KeyStore::Rotated rotated,
             parts_.keys.rotate(issued.row, order.key_id, order.grace_ms, entry(std::move(who), issued.tenant.id, "key.rotate", "")));
  issued.row = std::move(rotated.next);
  issued.replaced = std::move(rotated.replaced);
  parts_.changed(issued.tenant.id);
  return issued;
}

Result<ApiKey> TenantAdmin::revoke_key(const std::string& tenant_id, const std::string& key_id, AuditEntry who) {
  CVG_ASSIGN(const Tenant known, tenant(tenant_id));
  CVG_ASSIGN(ApiKey key, parts_.keys.revoke(known.id, key_id, entry(std::move(who), known.id, "key.revoke", key_id)));
  parts_.changed(known.id);
  return key;
}

}  // namespace cvg
