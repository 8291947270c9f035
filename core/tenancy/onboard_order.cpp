#include "core/tenancy/onboard_order.h"

#include <algorithm>

#include "core/base/field_problems.h"
#include "core/base/json.h"
#include "core/base/secret_text.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t company_name_chars_max = 200;
constexpr std::size_t email_bytes_max = 254;
const std::vector<std::string_view> order_members{"tenant_id", "company_name", "admin_email", "subscription_plan", "force_recreate_dataset",
                                                  "force_recreate_tables"};

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Reads the members of one body; what is wrong goes to the problems, and something harmless is answered.
class Fields {
 public:
  Fields(const Json& body, FieldProblems& problems) : body_(body), problems_(problems) {}

  // A text without control characters; absent: otherwise, or a problem when it is required.
  std::string text(const char* name, bool required, const std::string& otherwise) {
    const Json* value = body_.find(name);
    if (!value || value->is_null()) {
      if (required) problems_.add(name, "is required");
      return otherwise;
    }
    const std::string text = value->is_string() ? std::string(trim(value->text())) : std::string();
    const bool controls = std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (!value->is_string()) problems_.add(name, "must be text");
    else if (text.empty()) problems_.add(name, "must not be empty");
    else if (controls) problems_.add(name, "holds control characters");
    else if (shows_secret(text)) problems_.add(name, "looks like a secret; it is kept and shown as it is");
    else return text;
    return {};
  }

  bool flag(const char* name) {
    const Json* value = body_.find(name);
    if (!value || value->is_null()) return false;
    if (!value->is_bool()) problems_.add(name, "must be true or false");
    return value->is_bool() && value->boolean();
  }

 private:
  const Json& body_;
  FieldProblems& problems_;
};

// The issue that a check of core/model names.
void add(FieldProblems& problems, const Status& status) {
  if (status.ok()) return;
  const Result<Json> detail = parse_json(status.detail_json());
  problems.add("tenant_id", detail.ok() ? (*detail)["issue"].text_or(status.text()) : status.text());
}

void read_tenant_id(const Json& body, Fields& fields, FieldProblems& problems, Tenant& tenant) {
  tenant.display_id = fields.text("tenant_id", true, "");
  if (tenant.display_id.empty()) return;
  tenant.id = lower_tenant_id(tenant.display_id);
  if (tenant.display_id != body["tenant_id"].text()) return problems.add("tenant_id", "must not begin or end with a blank");
  const Status format = check_tenant_id_format(tenant.display_id);
  add(problems, format.ok() ? check_tenant_id_reserved(tenant.display_id) : format);
}

void read_plan(const Plans& plans, Fields& fields, FieldProblems& problems, Tenant& tenant) {
  const std::string name = fields.text("subscription_plan", false, "STARTER");
  if (name.empty()) return;
  if (const PlanLimits* plan = plans.find(name)) {
    tenant.plan = *plan;
    return;
  }
  std::vector<std::string> names;
  for (const PlanLimits& known : plans.all()) names.push_back(known.name);
  problems.add("subscription_plan", fmt::format("must be one of {}", join(names, ", ")));
}

}  // namespace

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > email_bytes_max || text.find('@', at + 1) != std::string_view::npos) return false;
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto fits_local = [&](char c) { return letter(c) || std::string_view("!#$%&'*+/=?^_`{|}~.-").find(c) != std::string_view::npos; };
  if (!std::all_of(local.begin(), local.end(), fits_local) || local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return false;
  const std::vector<std::string_view> labels = split(domain, '.');
  if (labels.size() < 2) return false;
  return std::all_of(labels.begin(), labels.end(), [&](std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [&](char c) { return letter(c) || c == '-'; });
  });
}

Status check_onboard_members(const Json& body) {
  FieldProblems problems;
  if (!body.is_object()) problems.add("body", "must be a JSON object");
  problems.add_unknown(body, order_members);
  return problems.status();
}

Result<OnboardOrder> read_onboard_order(const OnboardRequest& request, const Plans& plans) {
  const Json& body = request.body;
  FieldProblems problems;
  if (!body.is_object()) problems.add("body", "must be a JSON object");
  CVG_RETURN_IF_ERROR(problems.status());
  problems.add_unknown(body, order_members);
  Fields fields(body, problems);
  OnboardOrder order;
  read_tenant_id(body, fields, problems, order.tenant);
  const bool all_required = !request.customers_alias;
  order.tenant.company_name = fields.text("company_name", all_required, order.tenant.display_id);
  if (characters(order.tenant.company_name) > company_name_chars_max)
    problems.add("company_name", fmt::format("must have 1 to {} characters", company_name_chars_max));
  order.tenant.admin_email = fields.text("admin_email", all_required, "");
  if (!order.tenant.admin_email.empty() && !is_email(order.tenant.admin_email)) problems.add("admin_email", "is not an e-mail address");
  read_plan(plans, fields, problems, order.tenant);
  order.tenant.status = "ACTIVE";
  order.recreate_dataset = fields.flag("force_recreate_dataset");
  order.recreate_tables = fields.flag("force_recreate_tables");
  CVG_RETURN_IF_ERROR(problems.status());
  return order;
}

}  // namespace cvg
