#include "core/tenancy/key_check.h"

#include "core/access/tenant_vault.h"
#include "core/base/secret_text.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr int secrets_tried_max = 8;  // of each kind

struct Tried {
  int opened = 0, refused = 0;
  std::string why;  // of the last one that was refused
};

Status try_column(KeyRotationStore& store, KeyManager& keys, const WrappedColumn& column, Tried& tried) {
  CVG_ASSIGN(const std::vector<WrappedSecret> secrets, store.batch(column, "", secrets_tried_max));
  for (const WrappedSecret& secret : secrets) {
    if (secret.blob.empty()) continue;
    Result<std::string> plain = keys.unwrap(tenant_key_id, secret.blob, wrapped_aad(column, secret));
    if (plain.ok()) {
      const Secret held(std::move(*plain));
      ++tried.opened;
      continue;
    }
    if (plain.status().code() != Code::data) return plain.status();
    ++tried.refused;
    tried.why = plain.status().text();
  }
  return {};
}

Status try_the_key_itself(KeyManager& keys) {
  constexpr std::string_view text = "convergence", aad = "server:check";
  CVG_ASSIGN(const std::string blob, keys.wrap(tenant_key_id, text, aad));
  CVG_ASSIGN(const std::string read, keys.unwrap(tenant_key_id, blob, aad));
  return read == text ? Status() : Status(Code::config, "The key manager does not give back what it wrapped");
}

}  // namespace

Status check_master_key(KeyRotationStore& store, KeyManager& keys, Log& log) {
  Tried tried;
  for (const WrappedColumn& column : KeyRotationStore::columns()) CVG_RETURN_IF_ERROR(try_column(store, keys, column, tried));
  if (tried.opened == 0 && tried.refused == 0) return try_the_key_itself(keys);
  if (tried.opened == 0)
    return Status(Code::config, fmt::format("The master key does not open the secrets that this data directory holds ({}): put back the key "
                                            "that sealed them, key_manager.key_file and the FILE.2, FILE.3, ... beside it",
                                            tried.why));
  if (tried.refused > 0)
    log.error("Some wrapped secrets do not open: a version of the master key is missing, or they were changed",
              {{"tried", std::to_string(tried.opened + tried.refused)}, {"refused", std::to_string(tried.refused)}, {"error", tried.why}});
  return {};
}

}  // namespace cvg
