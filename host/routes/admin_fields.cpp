#include "host/routes/admin_fields.h"

#include <algorithm>

#include "core/access/scope.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

struct ShownKey {
  const ApiKey& key;
  std::int64_t now_ms;
};

Json time_or_null(std::int64_t ms) { return ms == 0 ? Json() : Json(format_time(ms)); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json scopes_json(const std::string& stored) {
  Json scopes = Json::array();
  for (const std::string& scope : split_scopes(stored)) scopes.push(scope);
  return scopes;
}

std::string status_of(const ShownKey& s) {
  if (!s.key.is_active) return "REVOKED";
  return s.key.expires_ms != 0 && s.key.expires_ms <= s.now_ms ? "EXPIRED" : "ACTIVE";
}

// What the store keeps as text is JSON that we wrote ourselves.
Json detail_of(const AuditRow& row) {
  const Result<Json> detail = parse_json(row.entry.detail_json);
  return detail.ok() && detail->is_object() ? *detail : Json::object();
}

constexpr auto tenant_fields = std::to_array<Field<Tenant>>({
    {{"tenant_id", "string", "As it was onboarded"}, [](const Tenant& t) { return Json(t.display_id); }},
    {{"company_name", "string", "As it was onboarded"}, [](const Tenant& t) { return Json(t.company_name); }},
    {{"admin_email", "string?", "As it was onboarded"}, [](const Tenant& t) { return text_or_null(t.admin_email); }},
    {{"status", "string", "ACTIVE or SUSPENDED"}, [](const Tenant& t) { return Json(t.status); }},
    {{"plan", "string", "Upper case"}, [](const Tenant& t) { return Json(t.plan.name); }},
    {{"daily_limit", "integer", "Runs a day"}, [](const Tenant& t) { return Json(t.plan.daily); }},
    {{"monthly_limit", "integer", "Runs a month"}, [](const Tenant& t) { return Json(t.plan.monthly); }},
    {{"concurrent_limit", "integer", "Runs at once"}, [](const Tenant& t) { return Json(t.plan.concurrent); }},
    {{"max_team_members", "integer", "Told only"}, [](const Tenant& t) { return Json(t.plan.team); }},
    {{"max_providers", "integer", "Providers with credentials"}, [](const Tenant& t) { return Json(t.plan.providers); }},
    {{"created_at", "date-time", "When it was onboarded"}, [](const Tenant& t) { return time_or_null(t.created_ms); }},
});

constexpr auto key_fields = std::to_array<Field<ShownKey>>({
    {{"key_id", "string", "Opaque; the audit log calls the key so"}, [](const ShownKey& s) { return Json(s.key.id); }},
    {{"name", "string?", "The operator's own word for it"}, [](const ShownKey& s) { return text_or_null(s.key.name); }},
    {{"scopes", "[string]", "What it may do; * is everything"}, [](const ShownKey& s) { return scopes_json(s.key.scopes); }},
    {{"status", "string", "ACTIVE, EXPIRED or REVOKED"}, [](const ShownKey& s) { return Json(status_of(s)); }},
    {{"created_at", "date-time", "When it was made"}, [](const ShownKey& s) { return time_or_null(s.key.created_ms); }},
    {{"expires_at", "date-time?", "From then on it is refused"}, [](const ShownKey& s) { return time_or_null(s.key.expires_ms); }},
    {{"last_used_at", "date-time?", "Written now and then: it may lag by a minute"}, [](const ShownKey& s) { return time_or_null(s.key.last_used_ms); }},
    {{"revoked_at", "date-time?", "Since then it is refused"}, [](const ShownKey& s) { return time_or_null(s.key.revoked_ms); }},
});

constexpr auto audit_fields = std::to_array<Field<AuditRow>>({
    {{"audit_id", "integer", "Counts up by one"}, [](const AuditRow& r) { return Json(r.id); }},
    {{"at", "date-time", "When"}, [](const AuditRow& r) { return Json(format_time(r.entry.at_ms)); }},
    {{"tenant_id", "string?", "Whose data it is about, lower case"}, [](const AuditRow& r) { return text_or_null(r.entry.tenant_id); }},
    {{"action", "string", "tenant.onboard, key.rotate, pipeline.run..."}, [](const AuditRow& r) { return Json(r.entry.action); }},
    {{"actor", "string?", "admin, key:{key_id}, public, or a part of the server"}, [](const AuditRow& r) { return text_or_null(r.entry.actor); }},
    {{"user_id", "string?", "X-User-ID of the request, as it was sent"}, [](const AuditRow& r) { return text_or_null(r.entry.user_id); }},
    {{"target", "string?", "What it was done to"}, [](const AuditRow& r) { return text_or_null(r.entry.target); }},
    {{"request_id", "string?", "X-Request-ID"}, [](const AuditRow& r) { return text_or_null(r.entry.request_id); }},
    {{"client_address", "string?", "Where the request came from"}, [](const AuditRow& r) { return text_or_null(r.entry.client_address); }},
    {{"detail", "object", "What changed; never a secret"}, detail_of},
    {{"row_hash", "string?", "SHA-256 over this row and the row_hash before it"}, [](const AuditRow& r) { return text_or_null(r.hash); }},
});

constexpr auto chain_fields = std::to_array<Field<AuditChain>>({
    {{"valid", "boolean", "No row was changed, taken out or cut off"}, [](const AuditChain& c) { return Json(c.is_whole()); }},
    {{"rows", "integer", "Rows that were read"}, [](const AuditChain& c) { return Json(c.rows); }},
    {{"rows_unchained", "integer", "Of them, rows of before the chain began"}, [](const AuditChain& c) { return Json(c.rows_unchained); }},
    {{"last_id", "integer", "The newest row"}, [](const AuditChain& c) { return Json(c.last_id); }},
    {{"last_hash", "string?", "Its hash: keep it elsewhere to prove later that nothing before it changed"}, [](const AuditChain& c) { return text_or_null(c.last_hash); }},
    {{"broken_id", "integer?", "The first row that does not fit"}, [](const AuditChain& c) { return c.broken_id == 0 ? Json() : Json(c.broken_id); }},
});

Json texts_json(const std::vector<std::string>& texts) {
  Json array = Json::array();
  for (const std::string& text : texts) array.push(text);
  return array;
}

Json notes_json(const std::vector<ReloadReport::Note>& notes) {
  Json array = Json::array();
  for (const ReloadReport::Note& note : notes) array.push(Json::object().set("name", note.name).set("reason", note.reason));
  return array;
}

constexpr auto plugin_fields = std::to_array<Field<LoadedPlugin>>({
    {{"name", "string", "As server.yml calls it"}, [](const LoadedPlugin& p) { return Json(p.name); }},
    {{"id", "string", "As its manifest calls it"}, [](const LoadedPlugin& p) { return Json(p.id); }},
    {{"version", "string", "Its own"}, [](const LoadedPlugin& p) { return Json(p.version); }},
    {{"sdk", "string?", "That it was built with"}, [](const LoadedPlugin& p) { return text_or_null(p.sdk); }},
    {{"sha256", "string", "Of the bytes that run"}, [](const LoadedPlugin& p) { return Json(p.sha256); }},
    {{"mode", "string", "in_process"}, [](const LoadedPlugin& p) { return Json(p.mode); }},
    {{"manifest", "object", "What it offers"}, [](const LoadedPlugin& p) { return p.manifest.is_object() ? p.manifest : Json::object(); }},
});

constexpr auto reload_fields = std::to_array<Field<ReloadReport>>({
    {{"loaded", "[string]", "Plugins that run since now"}, [](const ReloadReport& r) { return texts_json(r.loaded); }},
    {{"unchanged", "[string]", "Plugins that ran already, as they are configured"}, [](const ReloadReport& r) { return texts_json(r.unchanged); }},
    {{"refused", "[ReloadNote", "New plugins that cannot be loaded, and why"}, [](const ReloadReport& r) { return notes_json(r.refused); }},
    {{"needs_restart", "[ReloadNote", "What only the next start can do"}, [](const ReloadReport& r) { return notes_json(r.needs_restart); }},
    {{"templates", "integer", "Templates that can run; their files are read again whenever they change"}, [](const ReloadReport& r) { return Json(r.templates); }},
    {{"templates_refused", "[ReloadNote", "Templates that cannot, and why"}, [](const ReloadReport& r) { return notes_json(r.templates_refused); }},
});

std::vector<FieldDoc> joined(std::vector<FieldDoc> first, const std::vector<FieldDoc>& then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}

}  // namespace

Json tenant_json(const Tenant& tenant) { return to_json(tenant_fields, tenant); }
Json key_json(const ApiKey& key, std::int64_t now_ms) { return to_json(key_fields, ShownKey{key, now_ms}); }
Json audit_json(const AuditRow& row) { return to_json(audit_fields, row); }
Json plugin_json(const LoadedPlugin& plugin) { return to_json(plugin_fields, plugin); }
Json reload_json(const ReloadReport& report) { return to_json(reload_fields, report); }
Json audit_chain_json(const AuditChain& chain) { return to_json(chain_fields, chain); }

Json issued_key_json(const IssuedKey& issued, std::int64_t now_ms) {
  Json body = Json::object().set("tenant_id", issued.tenant.display_id).set("api_key", issued.api_key);
  const Json row = key_json(issued.row, now_ms);
  for (const auto& [name, value] : row.members()) body.set(name, value);
  Json replaced = Json::array();
  for (const ApiKey& key : issued.replaced) replaced.push(key_json(key, now_ms));
  return body.set("replaced", std::move(replaced)).set("message", "Store the API key: it is shown only once.");
}

std::vector<Schema> admin_schemas() {
  return {
      {"ApiKey", docs_of(key_fields)},
      {"ApiKeyRequest",
       {{"name", "string", "Your own word for it, up to 100 bytes", false},
        {"scopes", "[string]", "pipelines:read, pipelines:write, pipelines:execute, data:query, or * (default)", false},
        {"expires_at", "date-time", "Never by default", false}}},
      {"IssuedKey",
       joined({{"tenant_id", "string", "As it was onboarded"}, {"api_key", "string", "Shown this once"}},
              joined(docs_of(key_fields), {{"replaced", "[ApiKey", "What a rotation ended or lets expire"}, {"message", "string", "For people"}}))},
      {"RotateRequest",
       {{"key_id", "string", "Only this key; by default all of the tenant's usable keys are replaced by one with every scope", false},
        {"grace_seconds", "integer", "How long the old ones still work; 0 by default", false},
        {"expires_at", "date-time", "Of the new key", false}}},
      {"Tenant", docs_of(tenant_fields)},
      {"TenantDetail", joined(docs_of(tenant_fields), {{"quota", "Quota", "What is used"}, {"api_keys", "[ApiKey", "All of them"}})},
      {"TenantChange",
       {{"plan", "string", "A plan of the plans file; holds for the next run that begins", false},
        {"status", "string", "ACTIVE or SUSPENDED", false}}},
      {"AuditRow", docs_of(audit_fields)},
      {"AuditChain", docs_of(chain_fields)},
      {"Plugin", docs_of(plugin_fields)},
      {"ReloadNote", {{"name", "string", "Of the plugin or template"}, {"reason", "string", "For people"}}},
      {"Reload", docs_of(reload_fields)},
      {"Bootstrap",
       {{"status", "string", "READY or NOT_READY"},
        {"schema_version", "integer", "Of the state store"},
        {"tables", "[string]", "Of the state store; the server makes them when it starts"},
        {"plans", "[string]", "That tenants may subscribe to"},
        {"checks", "object", "ok or failed by part, as in /health/ready"},
        {"message", "string", "For people"}}},
  };
}

}  // namespace cvg
