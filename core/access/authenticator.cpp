#include "core/access/authenticator.h"

#include "core/base/digest.h"
#include "core/base/random.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t key_letters = 16;
constexpr std::size_t key_bytes_max = 256;  // longer ones are not worth a digest

Status refused() { return Status(Code::auth, "Invalid or missing API key"); }

}  // namespace

bool Principal::may(std::string_view scope) const { return grants(scopes, scope); }

Authenticator::Authenticator(TenantStore& tenants, std::string_view admin_key, KeyUses* uses)
    : tenants_(tenants), uses_(uses), admin_key_hash_(admin_key.empty() ? std::string() : sha256_hex(admin_key)) {}

// The look-up goes by the key's digest: its time tells nothing about the keys that are stored.
Result<Principal> Authenticator::authenticate(const std::string& api_key) const {
  if (api_key.empty() || api_key.size() > key_bytes_max) return refused();
  CVG_ASSIGN(std::shared_ptr<const TenantStore::KeyOwner> owner, tenants_.find_key(hash_api_key(api_key)));
  if (!owner) return refused();
  if (owner->tenant.status != "ACTIVE")
    return suspended_status(owner->tenant.display_id);
  if (uses_ != nullptr) uses_->note(owner->key.id);
  return Principal(std::move(owner));
}

// Digests are compared, so that not even the key's length shows in the time.
Status Authenticator::check_admin_key(std::string_view key) const {
  if (admin_key_hash_.empty()) return Status(Code::unavailable, "The admin key is not set on this server; its operator sets ADMIN_API_KEY")
        .with_retryable(false)
        .with_detail_json(R"({"code":"ADMIN_KEY_NOT_SET"})");
  if (key.empty()) return Status(Code::auth, "Missing admin key");
  if (!constant_time_equal(sha256_hex(key), admin_key_hash_)) return Status(Code::denied, "Invalid admin key");
  return Status();
}

std::string make_api_key(std::string_view display_id) {
  return fmt::format("{}_api_{}", display_id, random_base62(key_letters));
}

std::string hash_api_key(std::string_view api_key) { return sha256_hex(api_key); }

}  // namespace cvg
