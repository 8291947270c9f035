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

AuditEntry audit_of(const OnboardRequest& request, const Tenant& tenant, const char* action, const std::string& key_id) {
  AuditEntry audit;
  audit.tenant_id = audit.target = tenant.id;
  audit.action = action;
  audit.actor = request.actor;
  audit.request_id = request.request_id;
  audit.client_address = request.client_address;
  audit.user_id = request.user_id;
  audit.detail_json = Json::object().set("key_id", key_id).dump();
  return audit;
}

Json reply(const Tenant& tenant, const std::string& key, const std::pair<Json, std::string>& made, const char* message) {
  const auto& [dataset, dryrun_status] = made;
  Json tables = dataset["tables"].is_array() ? dataset["tables"] : Json::array();
  for (const Json& view : dataset["views"].items()) tables.push(view);
  Json out = Json::object();
  out.set("tenant_id", tenant.display_id).set("api_key", key).set("subscription_plan", tenant.plan.name);
  out.set("dataset_created", true).set("tables_created", tables).set("dryrun_status", dryrun_status);
  return out.set("message", message);
}

}  // namespace

Result<Json> Onboarding::dryrun(const OnboardRequest& request) {
  CVG_RETURN_IF_ERROR(check_onboard_members(request.body));
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
    return known ? rebuild(request, *known) : build(request, order.tenant);
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
  CVG_ASSIGN(const std::vector<std::string> recreated, parts_.environment.tenants.recreations());
  for (const std::string& tenant_id : recreated) {
    parts_.environment.log.warning("A dataset was being made anew; what it mirrors is brought back", {{"tenant_id", tenant_id}});
    CVG_ASSIGN(const std::optional<Tenant> tenant, parts_.environment.tenants.get(tenant_id));
    if (tenant) mend(*tenant);
  }
  return {};
}

// The dataset is the former one, the new one, or (when the former was lost before) none. What fails is tried again at the
// next start.
void Onboarding::mend(const Tenant& tenant) {
  const auto done = [&]() -> Status {
    Call call(call_options(parts_.environment, tenant));
    const Result<Json> made = parts_.environment.warehouse.create_dataset(call.raw(), false);
    if (!made.ok() && made.status().code() != Code::conflict) return made.status();
    // Its row is the one that no mirror brings back; one that is under way already is not begun twice.
    if (const Status begun = begin_validation(tenant, {}).status(); !begun.ok())
      parts_.environment.log.warning("The validation pipeline of a dataset that was made anew cannot run", {{"tenant_id", tenant.id}, {"error", begun.log_text()}});
    return parts_.environment.tenants.end_recreation(tenant.id, std::nullopt);
  }();
  if (done.ok()) return parts_.mirror.soon(tenant.id);
  parts_.environment.log.error("A dataset that was being made anew is not whole yet", {{"tenant_id", tenant.id}, {"error", done.log_text()}});
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

Result<Triggered> Onboarding::begin_validation(const Tenant& tenant, const OnboardRequest& request) {
  TriggerRequest trigger;
  trigger.tenant = tenant;
  trigger.provider = validation_provider;
  trigger.domain = validation_domain;
  trigger.template_name = validation_template;
  trigger.body = Json::object().set("trigger_by", "onboarding");
  trigger.trigger_type = "onboarding";
  trigger.request_id = request.request_id;
  trigger.client_address = request.client_address;
  trigger.user_id = request.user_id;
  trigger.trace_id = request.trace_id;
  trigger.actor = "onboarding";
  trigger.counts_quota = false;
  return parts_.runs.trigger(trigger);
}

Result<std::string> Onboarding::run_validation(const Tenant& tenant, const OnboardRequest& request) {
  CVG_ASSIGN(const Triggered run, begin_validation(tenant, request));
  CVG_ASSIGN(const Run ended, parts_.workers.wait(tenant.id, run.run_id, parts_.environment.limits.onboarding_ms_max));
  if (ended.state != RunState::complete) {
    parts_.environment.log.warning("The validation pipeline of a new tenant failed", {{"tenant_id", tenant.id}, {"run_id", ended.id}, {"error", ended.error_message}});
  }
  return std::string(ended.state == RunState::complete ? "SUCCESS" : "FAILED");
}

Result<Onboarding::NewKey> Onboarding::make_key(const Tenant& tenant) {
  const std::string text = make_api_key(tenant.display_id);
  CVG_ASSIGN(const std::string ciphertext, parts_.keys.wrap("tenant", text, tenant.id + ":api_key"));
  return NewKey{ApiKey{random_uuid(), tenant.id, hash_api_key(text), ciphertext, "*", true, parts_.environment.clock.now_ms(), 0, 0}, text};
}

// The state store first: after a crash it names the half tenant, which recover() takes away.
Result<Json> Onboarding::build(const OnboardRequest& request, const Tenant& tenant) {
  RunEnvironment& environment = parts_.environment;
  CVG_ASSIGN(const NewKey key, make_key(tenant));
  const Status stored = environment.tenants.create(tenant, key.row, audit_of(request, tenant, "tenant.onboard", key.row.id), false);
  if (!stored.ok()) return stored.code() == Code::conflict ? exists(tenant.display_id) : stored;
  const Result<std::pair<Json, std::string>> made = fill(tenant, request);
  Status done = made.status();
  if (done.ok()) done = parts_.mirror.bring_tenant(tenant.id);
  if (done.ok()) done = environment.tenants.set_whole(tenant.id);
  if (!done.ok()) {
    undo(tenant.id);
    return done;
  }
  return reply(tenant, key.text, *made, "The tenant was onboarded. Store the API key: it is shown only once.");
}

// The state store first here, too: it tells of the recreation before anything is destroyed, and names the tenant until all
// that the new dataset mirrors is on its way.
Result<Json> Onboarding::rebuild(const OnboardRequest& request, const Tenant& tenant) {
  RunEnvironment& environment = parts_.environment;
  if (tenant.status != "ACTIVE")
    return Status(Code::conflict, fmt::format("The tenant '{}' is suspended; its dataset is not made anew", tenant.display_id)).with_retryable(false);
  CVG_ASSIGN(const NewKey key, make_key(tenant));
  CVG_RETURN_IF_ERROR(environment.tenants.begin_recreation(tenant.id, audit_of(request, tenant, "tenant.recreate", key.row.id)));
  const Result<std::pair<Json, std::string>> made = fill(tenant, request);
  const Status done = made.ok() ? environment.tenants.end_recreation(tenant.id, key.row) : made.status();
  if (!done.ok()) {
    mend(tenant);
    return done;
  }
  const Status mirrored = parts_.mirror.bring_tenant(tenant.id);
  if (!mirrored.ok()) {
    environment.log.warning("A dataset that was made anew is mirrored later", {{"tenant_id", tenant.id}, {"error", mirrored.log_text()}});
    parts_.mirror.soon(tenant.id);
  }
  return reply(tenant, key.text, *made, "The tenant's dataset was made anew; the keys before this one are revoked.");
}

}  // namespace cvg
