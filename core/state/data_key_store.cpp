#include "core/state/data_key_store.h"

#include "core/base/text.h"

namespace cvg {
namespace {

std::optional<std::string> wrapped_key(Connection& c, const std::string& tenant_id) {
  Statement& row = c.prepare("SELECT wrapped_key FROM tenant_data_keys WHERE tenant_id = ?1");
  if (!row.bind(1, tenant_id).step()) return std::nullopt;
  return row.text(0);
}

}  // namespace

Result<std::optional<std::string>> DataKeyStore::find(const std::string& tenant_id) {
  std::optional<std::string> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    found = wrapped_key(c, tenant_id);
    return Status();
  }));
  return found;
}

Result<std::string> DataKeyStore::add(const std::string& tenant_id, const std::string& wrapped) {
  std::string stored;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    if (!c.prepare("SELECT 1 FROM tenant_profiles WHERE tenant_id = ?1").bind(1, tenant_id).step())
      return Status(Code::not_found, fmt::format("Tenant '{}' does not exist.", tenant_id));
    c.prepare("INSERT INTO tenant_data_keys (tenant_id, wrapped_key, created_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
        .bind(1, tenant_id).bind_bytes(2, wrapped).bind(3, clock_.now_ms())
        .step();
    stored = wrapped_key(c, tenant_id).value_or("");
    return Status();
  }));
  return stored;
}

}  // namespace cvg
