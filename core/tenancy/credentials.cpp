#include "core/tenancy/credentials.h"

#include <algorithm>

#include "core/base/field_problems.h"
#include "core/base/random.h"
#include "core/base/secret_text.h"
#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

constexpr std::size_t name_bytes_max = 100;

// What the sealed bytes are bound to beside the tenant: a row that was moved to another provider does not open.
std::string purpose_of(const std::string& provider) { return "credentials:" + provider; }

Json time_or_null(std::int64_t ms) { return ms == 0 ? Json() : Json(format_time(ms)); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json metadata(const Credential& credential) {
  return Json::object()
      .set("credential_id", credential.id)
      .set("provider", credential.provider)
      .set("credential_name", credential.name)
      .set("created_at", format_time(credential.created_ms))
      .set("updated_at", format_time(credential.updated_ms))
      .set("last_check_at", time_or_null(credential.last_check_ms))
      .set("last_check_status", text_or_null(credential.last_check_status))
      .set("last_check_message", text_or_null(credential.last_check_message));
}

bool has_controls(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

Result<Credential> Credentials::read_order(const Tenant& tenant, const Json& body) const {
  FieldProblems problems;
  problems.add_unknown(body, {"provider", "credential_name", "credentials"});
  Credential out;
  out.id = random_uuid();
  out.tenant_id = tenant.id;
  const Json& provider = body["provider"];
  const std::vector<std::string> known = parts_.providers.providers();
  if (provider.is_string()) out.provider = lower_ascii(trim(provider.text()));
  if (std::find(known.begin(), known.end(), out.provider) == known.end())
    problems.add("provider", fmt::format("must be one of {}: a plugin of this name must be loaded", join(known, ", ")));
  const Json& name = body["credential_name"];
  if (name.is_string()) out.name = trim(name.text());
  if ((!name.is_null() && !name.is_string()) || out.name.size() > name_bytes_max || has_controls(out.name))
    problems.add("credential_name", fmt::format("must be text of at most {} bytes", name_bytes_max));
  if (shows_secret(out.name)) problems.add("credential_name", "looks like a secret; secrets belong into credentials");
  if (out.name.empty()) out.name = out.provider;
  const Json& document = body["credentials"];
  if (!document.is_object() || document.members().empty())
    problems.add("credentials", "must be a JSON object that is not empty");
  else if (static_cast<std::int64_t>(document.dump().size()) > parts_.document_bytes_max)
    problems.add("credentials", fmt::format("may have {} bytes at most", parts_.document_bytes_max));
  CVG_RETURN_IF_ERROR(problems.status());
  return out;
}

Result<Json> Credentials::put(const Tenant& tenant, const Json& body, const AuditEntry& audit) {
  CVG_ASSIGN(Credential credential, read_order(tenant, body));
  const Secret document(body["credentials"].dump());
  CVG_ASSIGN(credential.sealed, parts_.vault.seal(tenant.id, purpose_of(credential.provider), document.text()));
  CVG_ASSIGN(const CredentialStore::Put stored, parts_.store.put(credential, tenant.plan.providers, audit));
  return Json::object()
      .set("tenant_id", tenant.display_id)
      .set("provider", credential.provider)
      .set("action", stored.created ? "CREATED" : "UPDATED")
      .set("credential_id", stored.id)
      .set("dataset_status", "READY")
      .set("tables_created", Json::array())
      .set("message", "The credentials are stored encrypted and are never shown again.");
}

Result<Json> Credentials::list(const Tenant& tenant) {
  CVG_ASSIGN(const std::vector<Credential> all, parts_.store.list(tenant.id));
  Json out = Json::array();
  for (const Credential& credential : all) out.push(metadata(credential));
  return out;
}

Result<Json> Credentials::remove(const Tenant& tenant, const std::string& id, const AuditEntry& audit) {
  AuditEntry entry = audit;
  entry.action = "credential.delete";
  entry.target = id;
  CVG_RETURN_IF_ERROR(parts_.store.remove(tenant.id, id, entry));
  return Json::object().set("tenant_id", tenant.display_id).set("credential_id", id).set("message", "The credentials are deleted.");
}

Result<Json> Credentials::check(const Tenant& tenant, const std::string& id, const AuditEntry& audit) {
  CVG_ASSIGN(std::optional<Credential> credential, parts_.store.get(tenant.id, id));
  if (!credential) return Status(Code::not_found, "There is no such credential");
  ProviderCheck::Verdict verdict;
  {
    CVG_ASSIGN(const Secret secret, parts_.vault.open(tenant.id, purpose_of(credential->provider), credential->sealed));
    CVG_ASSIGN(const Json document, parse_json(secret.text()));
    verdict = parts_.providers.check(tenant.id, credential->provider, document);
  }
  credential->last_check_ms = parts_.clock.now_ms();
  credential->last_check_status = verdict.status;
  credential->last_check_message = verdict.message;
  AuditEntry entry = audit;
  entry.action = "credential.check";
  entry.target = id;
  entry.detail_json = Json::object().set("status", verdict.status).dump();
  CVG_RETURN_IF_ERROR(parts_.store.set_check(*credential, entry));
  return Json::object()
      .set("tenant_id", tenant.display_id)
      .set("credential_id", id)
      .set("provider", credential->provider)
      .set("status", verdict.status)
      .set("message", verdict.message)
      .set("checked_at", format_time(credential->last_check_ms));
}

}  // namespace cvg
