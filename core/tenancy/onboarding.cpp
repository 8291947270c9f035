#include "core/tenancy/onboarding.h"

#include "core/access/authenticator.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/plugin/call.h"
#include "core/tenancy/onboarding_checks.h"

namespace cvg {
namespace {

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

Result<Json> Onboarding::dryrun(const OnboardRequest& request) {
  if (!request.body.is_object()) return Status(Code::invalid, "body must be a JSON object").with_detail_json(R"({"field":"body","issue":"must be a JSON object"})");
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

void Onboarding::undo(const std::string& tenant_id) {
  RunEnvironment& environment = parts_.environment;
  const auto tell = [&](const char* what, const Status& status) {
    if (!status.ok()) environment.log.error(what, {{"tenant_id", tenant_id}, {"error", status.log_text()}});
  };
  Tenant tenant;
  tenant.id = tenant.display_id = tenant_id;
  {
    Call call(call_options(environment, tenant));
    tell("A failed onboarding left a dataset behind", environment.warehouse.drop_dataset(call.raw()));
  }
  tell("A failed onboarding left rows behind", environment.tenants.remove(tenant_id));
}

Status Onboarding::recover() {
  CVG_ASSIGN(const std::vector<std::string> half, parts_.environment.tenants.half_made());
  for (const std::string& tenant_id : half) {
    parts_.environment.log.warning("An onboarding was interrupted; what there is of the tenant is taken away", {{"tenant_id", tenant_id}});
    undo(tenant_id);
  }
  return {};
}

// The dataset, and how the first run ended.
Result<std::pair<Json, std::string>> Onboarding::fill(const Tenant& tenant, const OnboardRequest& request) {
  Json dataset;
  {
    Call call(call_options(parts_.environment, tenant));
    // A dataset without a tenant is what a failed drop left behind.
    CVG_ASSIGN(dataset, parts_.environment.warehouse.create_dataset(call.raw(), true));
  }
  CVG_ASSIGN(std::string ended, run_validation(tenant, request));
  return std::pair(std::move(dataset), std::move(ended));
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

  // The state store first: after a crash it names the half tenant, which recover() takes away.
  if (!existed) {
    const Status stored = environment.tenants.create(tenant, key, audit, false);
    if (!stored.ok()) return stored.code() == Code::conflict ? exists(tenant.display_id) : stored;
  }
  const Result<std::pair<Json, std::string>> made = fill(tenant, request);
  Status done = made.status();
  if (done.ok() && existed) done = environment.tenants.replace_keys(tenant.id, key, audit);
  if (done.ok()) done = parts_.mirror.bring_tenant(tenant.id);
  if (done.ok() && !existed) done = environment.tenants.set_whole(tenant.id);
  if (!done.ok()) {
    if (!existed) undo(tenant.id);
    return done;
  }
  const auto& [dataset, dryrun_status] = *made;
  Json tables = dataset["tables"].is_array() ? dataset["tables"] : Json::array();
  for (const Json& view : dataset["views"].items()) tables.push(view);
  Json out = Json::object();
  out.set("tenant_id", tenant.display_id).set("api_key", key_text).set("subscription_plan", tenant.plan.name);
  out.set("dataset_created", true).set("tables_created", tables).set("dryrun_status", dryrun_status);
  return out.set("message", existed ? "The tenant's dataset was made anew; the keys before this one are revoked."
                                    : "The tenant was onboarded. Store the API key: it is shown only once.");
}

}  // namespace cvg
