// A tenancy service that remembers what it was asked and answers one example of each kind.
#pragma once

#include <memory>
#include <string>

#include "core/tenancy/tenancy_service.h"

namespace cvg {

class FakeTenancy final : public TenancyService {
 public:
  Result<Json> put_credential(const Tenant& t, const Json& b, const AuditEntry& a) override {
    body = b;
    return answer(t.id, "", a, R"({"tenant_id":"x","provider":"aws","action":"CREATED","credential_id":"aaaaaaaa-2222-4333-8444-555555555555",
      "dataset_status":"READY","tables_created":[],"message":"m"})");
  }
  Result<Json> list_credentials(const Tenant& t) override {
    return answer(t.id, "", {}, R"([{"credential_id":"aaaaaaaa-2222-4333-8444-555555555555","provider":"aws","credential_name":"n",
      "created_at":"2026-05-15T00:00:00Z","updated_at":"2026-05-15T00:00:00Z","last_check_at":null,"last_check_status":null,
      "last_check_message":null}])");
  }
  Result<Json> remove_credential(const Tenant& t, const std::string& i, const AuditEntry& a) override {
    return answer(t.id, i, a, R"({"tenant_id":"x","credential_id":"aaaaaaaa-2222-4333-8444-555555555555","message":"m"})");
  }
  Result<Json> check_credential(const Tenant& t, const std::string& i, const AuditEntry& a) override {
    return answer(t.id, i, a, R"({"tenant_id":"x","credential_id":"aaaaaaaa-2222-4333-8444-555555555555","provider":"aws",
      "status":"VALID","message":"m","checked_at":"2026-05-15T00:00:00Z"})");
  }
  Result<Json> rotate_keys(const AuditEntry& a) override {
    return answer("", "", a, R"({"rotation_id":1,"resumed":false,"rewrapped":2,"failed":0,"started_at":"2026-05-15T00:00:00Z",
      "finished_at":"2026-05-15T00:00:00Z","message":"m"})");
  }
  Result<std::shared_ptr<const OpenFile>> export_tenant(const Tenant& t, const AuditEntry& a) override {
    tenant = t.id;
    audit = a;
    if (!next.ok()) return next;
    auto file = std::make_shared<OpenFile>();
    file->bytes = 5;
    return std::shared_ptr<const OpenFile>(std::move(file));
  }
  Result<Json> erase_tenant(const std::string& t, bool with_export, const AuditEntry& a) override {
    exported = with_export;
    return answer(t, "", a, certificate_text);
  }
  Result<Json> certificate(const std::string& i) override { return answer("", i, {}, certificate_text); }
  Json body;
  std::string tenant, id;
  bool exported = false;
  AuditEntry audit;
  Status next;

 private:
  static constexpr const char* certificate_text = R"({"certificate_id":"aaaaaaaa-2222-4333-8444-555555555555","tenant_id":"x",
    "requested_at":"2026-05-15T00:00:00Z","erased_at":"2026-05-15T00:00:00Z","what":{},"export_file":null,"audit_chain_hash":"h"})";
  Result<Json> answer(const std::string& t, const std::string& i, const AuditEntry& a, const char* text) {
    tenant = t;
    id = i;
    audit = a;
    if (!next.ok()) return next;
    return *parse_json(text);
  }
};

}  // namespace cvg
