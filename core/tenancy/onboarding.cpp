#include "core/tenancy/onboarding.h"

#include "core/access/authenticator.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/plugin/call.h"
#include "core/tenancy/onboarding_checks.h"

namespace cvg {
namespace {

constexpr std::size_t company_name_chars_max = 200;
constexpr std::size_t email_bytes_max = 254;

Status refuse(const std::string& field, const std::string& issue) {
  return Status(Code::invalid, fmt::format("{}: {}", field, issue))
      .with_detail_json(Json::object().set("field", field).set("issue", issue).dump());
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// A text that must be there, without control characters.
Result<std::string> text_field(const Json& body, const char* name, bool required, const std::string& otherwise) {
  const Json* value = body.find(name);
  if (!value || value->is_null()) {
    if (required) return refuse(name, "is required");
    return otherwise;
  }
  if (!value->is_string()) return refuse(name, "must be text");
  const std::string text(trim(value->text()));
  if (text.empty()) return refuse(name, "must not be empty");
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return refuse(name, "holds control characters");
  }
  return text;
}

Result<bool> flag_field(const Json& body, const char* name) {
  const Json* value = body.find(name);
  if (!value || value->is_null()) return false;
  if (!value->is_bool()) return refuse(name, "must be true or false");
  return value->boolean();
}

Call::Options call_options(const RunEnvironment& environment, const Tenant& tenant) {
  CallInfo info;
  info.tenant_id = tenant.id;
  info.display_id = tenant.display_id;
  return Call::Options{.info = std::move(info), .clock = &environment.clock};
}

Status exists(const std::string& id) {
  return Status(Code::conflict, fmt::format("The tenant '{}' exists already", id)).with_retryable(false);
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

Result<OnboardOrder> read_onboard_order(const OnboardRequest& request, const Plans& plans) {
  const Json& body = request.body;
  if (!body.is_object()) return refuse("body", "must be a JSON object");
  OnboardOrder order;
  CVG_ASSIGN(order.tenant.display_id, text_field(body, "tenant_id", true, ""));
  if (order.tenant.display_id != body["tenant_id"].text()) return refuse("tenant_id", "must not begin or end with a blank");
  CVG_RETURN_IF_ERROR(check_tenant_id_format(order.tenant.display_id));
  CVG_RETURN_IF_ERROR(check_tenant_id_reserved(order.tenant.display_id));
  order.tenant.id = lower_tenant_id(order.tenant.display_id);
  const bool all_required = !request.customers_alias;
  CVG_ASSIGN(order.tenant.company_name, text_field(body, "company_name", all_required, order.tenant.display_id));
  if (characters(order.tenant.company_name) > company_name_chars_max) {
    return refuse("company_name", fmt::format("must have 1 to {} characters", company_name_chars_max));
  }
  CVG_ASSIGN(order.tenant.admin_email, text_field(body, "admin_email", all_required, ""));
  if (!order.tenant.admin_email.empty() && !is_email(order.tenant.admin_email)) return refuse("admin_email", "is not an e-mail address");
  CVG_ASSIGN(const std::string plan_name, text_field(body, "subscription_plan", false, "STARTER"));
  const PlanLimits* plan = plans.find(plan_name);
  if (!plan) {
    std::vector<std::string> names;
    for (const PlanLimits& known : plans.all()) names.push_back(known.name);
    return refuse("subscription_plan", fmt::format("must be one of {}", join(names, ", ")));
  }
  order.tenant.plan = *plan;
  order.tenant.status = "ACTIVE";
  CVG_ASSIGN(order.recreate_dataset, flag_field(body, "force_recreate_dataset"));
  CVG_ASSIGN(order.recreate_tables, flag_field(body, "force_recreate_tables"));
  return order;
}

Result<Json> Onboarding::dryrun(const OnboardRequest& request) {
  if (!request.body.is_object()) return refuse("body", "must be a JSON object");
  const Json results = run_onboarding_checks(parts_, request);
  std::int64_t passed = 0;
  for (const Json& result : results.items()) passed += result["status"].text() == "PASSED" ? 1 : 0;
  const auto total = static_cast<std::int64_t>(results.size());
  const bool good = passed == total;
  const Json& body = request.body;
  Json out = Json::object();
  out.set("status", good ? "SUCCESS" : "FAILED").set("tenant_id", body["tenant_id"]);
  out.set("subscription_plan", upper_ascii(body["subscription_plan"].text_or("STARTER"))).set("company_name", body["company_name"]);
  out.set("admin_email", body["admin_email"]).set("ready_for_onboarding", good);
  out.set("message", good ? std::string("All validations passed. Safe to proceed with onboarding.")
                          : fmt::format("{} of {} validations failed. Do not proceed with onboarding.", total - passed, total));
  out.set("validation_summary", Json::object().set("total_checks", total).set("passed", passed).set("failed", total - passed));
  return out.set("validation_results", results);
}

Result<Json> Onboarding::onboard(const OnboardRequest& request) {
  CVG_ASSIGN(OnboardOrder order, read_onboard_order(request, parts_.plans));
  {
    MutexLock lock(mutex_);
    if (!under_way_.insert(order.tenant.id).second) return exists(order.tenant.display_id);
  }
  const std::string id = order.tenant.id;
  const Result<Json> answer = [&]() -> Result<Json> {
    CVG_ASSIGN(const std::optional<Tenant> known, parts_.environment.tenants.get(id));
    if (known && !(order.recreate() && request.may_recreate)) return exists(order.tenant.display_id);
    if (!known && parts_.require_dryrun) {
      CVG_ASSIGN(const Json checked, dryrun(request));
      if (!checked["ready_for_onboarding"].boolean()) return Status(Code::invalid, checked["message"].text());
    }
    if (known) order.tenant.created_ms = known->created_ms;
    return build(request, order, known.has_value());
  }();
  MutexLock lock(mutex_);
  under_way_.erase(id);
  return answer;
}

void Onboarding::undo(const std::string& tenant_id, bool state, bool dataset) {
  RunEnvironment& environment = parts_.environment;
  const auto tell = [&](const char* what, const Status& status) {
    if (!status.ok()) environment.log.error(what, {{"tenant_id", tenant_id}, {"error", status.log_text()}});
  };
  if (state) tell("A failed onboarding left rows behind", environment.tenants.remove(tenant_id));
  if (!dataset) return;
  Tenant tenant;
  tenant.id = tenant.display_id = tenant_id;
  Call call(call_options(environment, tenant));
  tell("A failed onboarding left a dataset behind", environment.warehouse.drop_dataset(call.raw()));
}

Result<std::string> Onboarding::run_validation(const Tenant& tenant, const OnboardRequest& request) {
  TriggerRequest trigger;
  trigger.tenant = tenant;
  trigger.provider = validation_provider;
  trigger.domain = validation_domain;
  trigger.template_name = validation_template;
  trigger.body = Json::object().set("trigger_by", "onboarding");
  trigger.trigger_type = "onboarding";
  trigger.request_id = request.request_id;
  trigger.client_address = request.client_address;
  trigger.actor = "onboarding";
  trigger.counts_quota = false;
  CVG_ASSIGN(const Triggered run, parts_.runs.trigger(trigger));
  CVG_ASSIGN(const Run ended, parts_.workers.wait(tenant.id, run.run_id, parts_.environment.limits.onboarding_ms_max));
  if (ended.state != RunState::complete) {
    parts_.environment.log.warning("The validation pipeline of a new tenant failed", {{"tenant_id", tenant.id}, {"run_id", ended.id}, {"error", ended.error_message}});
  }
  return std::string(ended.state == RunState::complete ? "SUCCESS" : "FAILED");
}

Result<Json> Onboarding::build(const OnboardRequest& request, OnboardOrder order, bool existed) {
  RunEnvironment& environment = parts_.environment;
  Tenant& tenant = order.tenant;
  const std::int64_t now = environment.clock.now_ms();
  if (!existed) tenant.created_ms = now;
  const std::string key_text = make_api_key(tenant.display_id);
  CVG_ASSIGN(const std::string ciphertext, parts_.keys.wrap("tenant", key_text, tenant.id + ":api_key"));
  ApiKey key{random_uuid(), tenant.id, hash_api_key(key_text), ciphertext, "*", true, now, 0, 0};
  AuditEntry audit;
  audit.at_ms = now;
  audit.tenant_id = tenant.id;
  audit.action = existed ? "tenant.recreate" : "tenant.onboard";
  audit.actor = existed ? "owner" : "public";
  audit.target = tenant.id;
  audit.request_id = request.request_id;
  audit.client_address = request.client_address;

  Result<Json> dataset = Json();
  {
    Call call(call_options(environment, tenant));
    // A dataset without a tenant is what a crash between the two stores left behind.
    dataset = environment.warehouse.create_dataset(call.raw(), true);
  }
  if (!dataset.ok()) return dataset.status();
  const Status stored = existed ? environment.tenants.replace_keys(tenant.id, key, audit) : environment.tenants.create(tenant, key, audit);
  if (!stored.ok()) {
    if (!existed) undo(tenant.id, false, true);
    return stored.code() == Code::conflict ? exists(tenant.display_id) : stored;
  }
  const Result<std::string> validation = run_validation(tenant, request);
  const Status mirrored = validation.ok() ? parts_.mirror.bring_tenant(tenant.id) : Status();
  if (!validation.ok() || !mirrored.ok()) {
    if (!existed) undo(tenant.id, true, true);
    return validation.ok() ? mirrored : validation.status();
  }
  Json tables = (*dataset)["tables"].is_array() ? (*dataset)["tables"] : Json::array();
  for (const Json& view : (*dataset)["views"].items()) tables.push(view);
  Json out = Json::object();
  out.set("tenant_id", tenant.display_id).set("api_key", key_text).set("subscription_plan", tenant.plan.name);
  out.set("dataset_created", true).set("tables_created", tables).set("dryrun_status", *validation);
  return out.set("message", existed ? "The tenant's dataset was made anew; the keys before this one are revoked."
                                    : "The tenant was onboarded. Store the API key: it is shown only once.");
}

}  // namespace cvg
