#include "core/access/tenant_orders.h"

#include <algorithm>

#include "core/access/scope.h"
#include "core/base/field_problems.h"
#include "core/base/secret_text.h"
#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

constexpr std::size_t name_bytes_max = 100, key_id_bytes_max = 64;

Status refuse(std::string_view field, std::string issue) {
  return Status(Code::invalid, fmt::format("{} {}", field, issue))
      .with_detail_json(Json::object().set("field", std::string(field)).set("issue", std::move(issue)).dump());
}

// Absent and null are the same: empty.
Result<std::string> text_member(const Json& body, const char* name, std::size_t bytes_max) {
  const Json& value = body[name];
  if (value.is_null()) return std::string();
  if (!value.is_string()) return refuse(name, "must be text");
  if (value.text().empty() || value.text().size() > bytes_max) return refuse(name, fmt::format("must have 1 to {} bytes", bytes_max));
  if (std::any_of(value.text().begin(), value.text().end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return refuse(name, "holds control characters");
  if (shows_secret(value.text())) return refuse(name, "looks like a secret; it is shown to whoever reads the list");
  return value.text();
}

Result<std::int64_t> expiry_member(const Json& body, std::int64_t now_ms) {
  const Json& value = body["expires_at"];
  if (value.is_null()) return std::int64_t{0};
  const std::optional<std::int64_t> ms = value.is_string() ? parse_time(value.text()) : std::nullopt;
  if (!ms) return refuse("expires_at", "must be an RFC 3339 time, for example 2027-01-31T00:00:00Z");
  if (*ms <= now_ms) return refuse("expires_at", "lies in the past");
  return *ms;
}

Result<std::string> scopes_member(const Json& body) {
  const Json& value = body["scopes"];
  if (value.is_null()) return std::string(all_scopes);
  if (!value.is_array()) return refuse("scopes", fmt::format("must be a list of {}", join(scope_names(), ", ")));
  std::vector<std::string> names;
  for (const Json& item : value.items()) names.push_back(item.is_string() ? item.text() : std::string());
  return join_scopes(names);
}

}  // namespace

Result<KeyOrder> read_key_order(const Json& body, std::int64_t now_ms) {
  FieldProblems problems;
  problems.add_unknown(body, {"name", "scopes", "expires_at"});
  KeyOrder order;
  order.name = problems.value_of(text_member(body, "name", name_bytes_max));
  order.scopes = problems.value_of(scopes_member(body));
  order.expires_ms = problems.value_of(expiry_member(body, now_ms));
  CVG_RETURN_IF_ERROR(problems.status());
  return order;
}

Result<RotationOrder> read_rotation_order(const Json& body, std::int64_t now_ms, std::int64_t grace_seconds_max) {
  FieldProblems problems;
  problems.add_unknown(body, {"key_id", "grace_seconds", "expires_at"});
  RotationOrder order;
  order.key_id = problems.value_of(text_member(body, "key_id", key_id_bytes_max));
  order.expires_ms = problems.value_of(expiry_member(body, now_ms));
  const Json& grace = body["grace_seconds"];
  std::int64_t seconds = 0;
  if (!grace.is_null() && (!grace.is_number() || !parse_integer(grace.text(), seconds) || seconds < 0 || seconds > grace_seconds_max))
    problems.add("grace_seconds", fmt::format("must be a whole number from 0 to {}", grace_seconds_max));
  CVG_RETURN_IF_ERROR(problems.status());
  order.grace_ms = seconds * 1000;
  return order;
}

Result<TenantChange> read_tenant_change(const Json& body, const Plans& plans) {
  FieldProblems problems;
  problems.add_unknown(body, {"plan", "status"});
  TenantChange change;
  if (const Json* plan = body.find("plan")) {
    const PlanLimits* known = plan->is_string() ? plans.find(plan->text()) : nullptr;
    std::vector<std::string> names;
    for (const PlanLimits& one : plans.all()) names.push_back(one.name);
    if (known) change.plan = *known;
    else problems.add("plan", fmt::format("must be one of {}", join(names, ", ")));
  }
  if (const Json* status = body.find("status")) {
    const std::string word = status->is_string() ? upper_ascii(status->text()) : std::string();
    if (word != "ACTIVE" && word != "SUSPENDED") problems.add("status", "must be ACTIVE or SUSPENDED");
    change.status = word;
  }
  CVG_RETURN_IF_ERROR(problems.status());
  if (!change.plan && !change.status) return refuse("body", "names neither plan nor status");
  return change;
}

}  // namespace cvg
