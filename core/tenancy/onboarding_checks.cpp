#include "core/tenancy/onboarding_checks.h"

#include <convergence/plugin.h>

#include <cstring>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"

namespace cvg {
namespace {

// What the checks share; a dataset of a reserved name is made once and dropped at the end.
class Checks {
 public:
  Checks(const OnboardingParts& parts, const OnboardRequest& request)
      : parts_(parts), body_(request.body), request_(request), id_(lower_tenant_id(body_["tenant_id"].text())) {
    scratch_.tenant_id = scratch_.display_id = "__check_" + lower_ascii(random_base62(12));
  }
  ~Checks() {
    if (!made_) return;
    Call call(call_options(scratch_));
    const Status dropped = warehouse().drop_dataset(call.raw());
    if (!dropped.ok()) parts_.environment.log.warning("The dataset of a dry run could not be dropped", {{"tenant_id", scratch_.tenant_id}, {"error", dropped.log_text()}});
  }

  // Each answers ok with what is good, or why not.
  Result<std::string> tenant_id_format() { return said(check_tenant_id_format(body_["tenant_id"].text()), "The tenant id is well formed"); }
  Result<std::string> tenant_id_reserved() { return said(check_tenant_id_reserved(body_["tenant_id"].text()), "The tenant id is not reserved"); }
  Result<std::string> tenant_id_uniqueness() {
    CVG_ASSIGN(const std::optional<Tenant> tenant, parts_.environment.tenants.get(id_));
    if (tenant && !request_.may_recreate) return Status(Code::conflict, fmt::format("The tenant '{}' exists already", id_));
    return std::string("The tenant id is free");
  }
  Result<std::string> dataset_absent() {
    if (!check_tenant_id_format(id_).ok()) return Status(Code::invalid, "The tenant id is not well formed");
    CallInfo info;
    info.tenant_id = info.display_id = id_;
    Call call(call_options(info));
    const Result<Json> dataset = warehouse().describe_dataset(call.raw());
    if (!dataset.ok() && dataset.status().code() != Code::not_found) return dataset.status();
    if (dataset.ok() && (*dataset)["exists"].boolean() && !request_.may_recreate) {
      return Status(Code::conflict, fmt::format("A dataset '{}' exists already", id_));
    }
    return std::string("No dataset of this name exists");
  }
  Result<std::string> company_name() { return of_field("company_name", "The company name is given"); }
  Result<std::string> email_format() { return of_field("admin_email", "The e-mail address is well formed"); }
  Result<std::string> subscription_plan() { return of_field("subscription_plan", "The plan exists"); }
  Result<std::string> plan_limits() {
    const PlanLimits* plan = parts_.plans.find(body_["subscription_plan"].text_or("STARTER"));
    if (!plan) return Status(Code::invalid, "There is no such plan");
    if (plan->daily < 1 || plan->monthly < plan->daily || plan->concurrent < 1) {
      return Status(Code::config, fmt::format("The limits of the plan {} contradict each other", plan->name));
    }
    return fmt::format("{} runs a day, {} a month, {} at once", plan->daily, plan->monthly, plan->concurrent);
  }
  Result<std::string> state_store() {
    const Result<std::optional<Run>> run = parts_.environment.store.get("__check", "__check");
    return said(run.status(), "The state store answers");
  }
  Result<std::string> central_tables() {
    CVG_RETURN_IF_ERROR(parts_.environment.store.usage(id_).status());
    CVG_RETURN_IF_ERROR(parts_.environment.store.outbox("mirror", id_, 1).status());
    CVG_RETURN_IF_ERROR(parts_.environment.store.list({.tenant_id = id_, .limit = 1}).status());
    CVG_RETURN_IF_ERROR(parts_.environment.tenants.keys(id_).status());
    return std::string("Profiles, keys, plans, usage and runs can be read");
  }
  Result<std::string> schema_version() {
    CVG_RETURN_IF_ERROR(make_scratch());
    Call call(call_options(scratch_));
    CVG_ASSIGN(const Json dataset, warehouse().describe_dataset(call.raw()));
    if (dataset["version"].integer() < 1) return Status(Code::state, "A new dataset has no version");
    return fmt::format("New datasets have version {}", dataset["version"].integer());
  }
  Result<std::string> warehouse_write() {
    CVG_RETURN_IF_ERROR(make_scratch());
    Call call(call_options(scratch_));
    const Json row = Json::array().push(scratch_.tenant_id).push("dryrun").push("ok");
    const Json table = Json::object().set("table", "onboarding_validation_test").set("keys", Json::array().push("test_id"))
                           .set("columns", Json::array().push("tenant_id").push("test_id").push("test_value")).set("rows", Json::array().push(row));
    return said(warehouse().mirror(call.raw(), Json::object().set("tables", Json::array().push(table))), "A row can be written");
  }
  Result<std::string> warehouse_query() {
    CVG_RETURN_IF_ERROR(make_scratch());
    Call call(call_options(scratch_));
    static constexpr std::string_view text = "SELECT count(*) AS n FROM onboarding_validation_test";
    cvg_sql sql;
    std::memset(&sql, 0, sizeof sql);
    sql.struct_size = sizeof sql;
    sql.text = abi_text(text);
    ArrowArrayStream stream{};
    const Status status = warehouse().query(call.raw(), sql, &stream);
    if (stream.release) stream.release(&stream);
    return said(status, "A query is answered");
  }
  Result<std::string> key_manager_roundtrip() {
    const std::string secret = random_base62(16), aad = id_ + ":dryrun";
    CVG_ASSIGN(const std::string blob, parts_.keys.wrap("tenant", secret, aad));
    CVG_ASSIGN(const std::string back, parts_.keys.unwrap("tenant", blob, aad));
    if (back != secret) return Status(Code::plugin, "The key manager gives back something else than it was given");
    return std::string("Secrets can be wrapped and unwrapped");
  }
  Result<std::string> dryrun_template() {
    const auto found = parts_.environment.templates.get(validation_provider, validation_domain, validation_template);
    return said(found.status(), "The validation pipeline is there and valid");
  }

 private:
  static Result<std::string> said(const Status& status, const char* good) { return status.ok() ? Result<std::string>(good) : Result<std::string>(status); }
  Warehouse& warehouse() { return parts_.environment.warehouse; }
  Call::Options call_options(const CallInfo& info) const { return Call::Options{.info = info, .clock = &parts_.environment.clock}; }

  // The order's own reading, with everything but this field replaced by something good.
  Result<std::string> of_field(const char* name, const char* good) {
    OnboardRequest probe = request_;
    probe.body = Json::object().set("tenant_id", "probe_tenant").set("company_name", "Probe").set("admin_email", "probe@example.com");
    if (const Json* value = body_.find(name)) probe.body.set(name, *value);
    else std::erase_if(probe.body.members(), [&](const Json::Member& m) { return m.first == name; });
    return said(read_onboard_order(probe, parts_.plans).status(), good);
  }

  Status make_scratch() {
    if (made_) return {};
    Call call(call_options(scratch_));
    const Result<Json> dataset = warehouse().create_dataset(call.raw(), false);
    made_ = dataset.ok();
    return dataset.status();
  }

  const OnboardingParts& parts_;
  const Json& body_;
  const OnboardRequest& request_;
  const std::string id_;
  CallInfo scratch_;
  bool made_ = false;
};

struct Check {
  const char* name;
  Result<std::string> (Checks::*run)();
};
constexpr Check checks[] = {{"tenant_id_format", &Checks::tenant_id_format},
                            {"tenant_id_reserved", &Checks::tenant_id_reserved},
                            {"tenant_id_uniqueness", &Checks::tenant_id_uniqueness},
                            {"dataset_absent", &Checks::dataset_absent},
                            {"company_name", &Checks::company_name},
                            {"email_format", &Checks::email_format},
                            {"subscription_plan", &Checks::subscription_plan},
                            {"plan_limits", &Checks::plan_limits},
                            {"state_store", &Checks::state_store},
                            {"central_tables", &Checks::central_tables},
                            {"schema_version", &Checks::schema_version},
                            {"warehouse_write", &Checks::warehouse_write},
                            {"warehouse_query", &Checks::warehouse_query},
                            {"key_manager_roundtrip", &Checks::key_manager_roundtrip},
                            {"dryrun_template", &Checks::dryrun_template}};

}  // namespace

Json run_onboarding_checks(const OnboardingParts& parts, const OnboardRequest& request) {
  Checks all(parts, request);
  Json results = Json::array();
  for (const Check& check : checks) {
    const Result<std::string> answer = (all.*check.run)();
    if (!answer.ok()) parts.environment.log.info("A check of a dry run failed", {{"check", check.name}, {"error", answer.status().log_text()}});
    const bool readable = answer.ok() || traits(answer.status().code()).tenant_may_read;
    results.push(Json::object()
                     .set("check_name", check.name)
                     .set("status", answer.ok() ? "PASSED" : "FAILED")
                     .set("message", answer.ok() ? *answer : readable ? answer.status().text() : "An internal error; the operator's log has it"));
  }
  return results;
}

}  // namespace cvg
