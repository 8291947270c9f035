#include "host/routes/schemas.h"

#include <algorithm>

#include "core/base/text.h"
#include "host/routes/admin_fields.h"
#include "host/routes/run_fields.h"
#include "host/routes/tenancy_schemas.h"
#include "host/routes/webhook_routes.h"
#include "host/routes/scheduler_fields.h"

namespace cvg {
namespace {

std::vector<Schema> service_schemas() {
  return {
      {"Error",
       {{"error", "string", "The class of the error"},
        {"message", "string", "What is wrong"},
        {"detail", "string", "The same text"},
        {"code", "string", "UPPER_SNAKE, stable"},
        {"details", "object", "{field, issue}, or errors", false},
        {"retry_after", "integer", "Seconds", false},
        {"request_id", "string", "As in X-Request-ID"}}},
      {"Health",
       {{"status", "string", "healthy"},
        {"service", "string", "The service's name"},
        {"version", "string", "Of the server"},
        {"environment", "string", "The installation's name"}}},
      {"Liveness", {{"status", "string", "alive or shutting_down"}}},
      {"Readiness", {{"status", "string", "ready or not_ready"}, {"checks", "object", "ok or failed by part"}}},
      {"Welcome", {{"message", "string", "Hello"}, {"version", "string", "Of the server"}, {"docs", "string", "Where the docs are"}}},
      {"OnboardRequest",
       {{"tenant_id", "string", "3 to 50 letters, digits and underscores"},
        {"company_name", "string", "1 to 200 characters; on /customers the tenant_id by default", false},
        {"admin_email", "email", "Required on /tenants", false},
        {"subscription_plan", "string", "STARTER by default", false},
        {"force_recreate_dataset", "boolean", "Destructive; needs the operator's or the tenant's key", false},
        {"force_recreate_tables", "boolean", "Destructive; needs the operator's or the tenant's key", false}}},
      {"Onboarded",
       {{"tenant_id", "string", "As it was sent"},
        {"api_key", "string", "Shown this once"},
        {"subscription_plan", "string", "Upper case"},
        {"dataset_created", "boolean", "The dataset is there"},
        {"tables_created", "[string]", "Tables and views"},
        {"dryrun_status", "string", "SUCCESS or FAILED"},
        {"message", "string", "For people"}}},
      {"DryrunCheck",
       {{"check_name", "string", "Its name"}, {"status", "string", "PASSED or FAILED"}, {"message", "string", "For people"}}},
      {"DryrunSummary", {{"total_checks", "integer", "15"}, {"passed", "integer", "Of them"}, {"failed", "integer", "Of them"}}},
      {"Dryrun",
       {{"status", "string", "SUCCESS or FAILED"},
        {"tenant_id", "string?", "As it was sent"},
        {"subscription_plan", "string?", "Upper case"},
        {"company_name", "string?", "As it was sent"},
        {"admin_email", "string?", "As it was sent"},
        {"ready_for_onboarding", "boolean", "All checks passed"},
        {"message", "string", "For people"},
        {"validation_summary", "DryrunSummary", "Counts"},
        {"validation_results", "[DryrunCheck", "One per check"}}},
  };
}

std::vector<Schema> run_schemas() {
  return {
      {"RunRequest",
       {{"trigger_by", "string", "api_user by default", false}, {"date", "date", "The day that the run is for", false},
        {"dry_run", "boolean", "Store nothing; answer what would be executed", false}},
       true},
      {"RunAccepted",
       {{"pipeline_logging_id", "uuid", "The run's id; not of a dry run", false},
        {"pipeline_id", "string", "{tenant}-{provider}-{domain}-{template}"},
        {"tenant_id", "string", "As it was onboarded"},
        {"status", "string", "PENDING; RUNNING possible for a duplicate; DRY_RUN"},
        {"duplicate", "boolean", "Only when the pipeline was running already", false},
        {"message", "string", "For people"},
        {"parameters", "object", "The template variables"},
        {"plan", "RunPlan", "Only of a dry run: what would be executed", false}}},
      {"RunPlan",
       {{"run_date", "date", "The day that the run is for"},
        {"gate", "boolean", "Everything is published together at the end"},
        {"timeout_seconds", "integer", "Of the whole run"},
        {"variables", "object", "Built-ins and variables, resolved; secrets are redacted"},
        {"steps", "[PlannedStep", "In the template's order"}}},
      {"PlannedStep",
       {{"step_id", "string", "As the template calls it"},
        {"step_type", "string", "The step kind"},
        {"wave", "integer", "Rounds of steps up to its own when all ends well; 0: switched off"},
        {"depends_on", "[string]", "Steps that it waits for"},
        {"trigger", "string", "on_success, on_failure or always"},
        {"on_failure", "string", "stop or continue"},
        {"enabled", "boolean", "Whether it would run"},
        {"max_attempts", "integer", "With its retries"},
        {"timeout_seconds", "number", "Of one attempt"},
        {"config", "object", "Its options, resolved; secrets are redacted"}}},
      {"Run", run_field_docs()},
      {"Step", step_field_docs()},
      {"DqResult", dq_field_docs()},
      {"LogLine", log_line_field_docs()},
      {"Quota", quota_field_docs()},
      {"QueryRequest",
       {{"sql", "string", "One SELECT over the tenant's own dataset"},
        {"max_rows", "integer", "1000 by default", false},
        {"format", "string", "json (default), csv, arrow (an Arrow IPC stream) or parquet", false}}},
      {"QueryColumn", {{"name", "string", "The column's name"}, {"type", "string", "Its SQL type"}}},
      {"QueryAnswer",
       {{"columns", "[QueryColumn", "In order"},
        {"rows", "[array", "A row is an array"},
        {"row_count", "integer", "Rows in this answer"},
        {"truncated", "boolean", "There were more"},
        {"duration_ms", "integer", "Of the query"}}},
  };
}

std::vector<FieldDoc> template_summary_fields() {
  return {{"provider", "string", "The first part of its name"},
          {"domain", "string", "The second"},
          {"template", "string", "The third"},
          {"description", "string", "What it does"},
          {"version", "string?", "Its author's"},
          {"valid", "boolean", "Whether it can run"}};
}

std::vector<Schema> template_schemas() {
  std::vector<FieldDoc> summary = template_summary_fields(), whole = template_summary_fields();
  summary.push_back({"problem", "string?", "Why it cannot, with file, line and field"});
  for (const FieldDoc& field : std::vector<FieldDoc>{{"digest", "string", "SHA-256 of the template and the files that it names"},
                                                     {"timeout_seconds", "integer", "Of the whole run"},
                                                     {"gate", "boolean", "Nothing is published before every step has passed"},
                                                     {"variables", "[TemplateVariable", "What a run may set"},
                                                     {"steps", "[TemplateStep", "In the template's order"},
                                                     {"schema", "object", "JSON Schema of the body that starts a run"}})
    whole.push_back(field);
  return {
      {"TemplateSummary", summary},
      {"Template", whole},
      {"TemplateVariable",
       {{"name", "string", "As in the body of a run"},
        {"type", "string", "string, date, integer, number, boolean, identifier, enum or uri"},
        {"required", "boolean", "Without a default"},
        {"default", "any", "A value, or a text with placeholders or a relative day"},
        {"description", "string", "What it means"},
        {"pattern", "string?", "A regular expression that the value fits"},
        {"min", "number?", "The least value"},
        {"max", "number?", "The greatest value"},
        {"values", "[string]?", "Of an enum"}}},
      {"TemplateStep",
       {{"step_id", "string", "Its name in the template"},
        {"name", "string", "For people"},
        {"type", "string", "The step kind"},
        {"depends_on", "[string]", "Steps that come first"}}},
      {"TemplateText", {{"template", "string", "YAML, at most 1 MiB; files that it names are not read"}}},
      {"TemplateProblem",
       {{"line", "integer", "From 1; 0: the text as a whole"},
        {"field", "string", "steps[1].source.uri"},
        {"message", "string", "What is wrong"}}},
      {"TemplateFindings",
       {{"valid", "boolean", "No errors"},
        {"errors", "[TemplateProblem", "What stops it from running; 100 at most"},
        {"warnings", "[TemplateProblem", "What works and is probably not meant"}}},
  };
}

std::vector<Schema> webhook_schemas() {
  const auto request = [](bool is_new) -> std::vector<FieldDoc> {
    return {{"url", "string", "https or http, a public address", is_new},
            {"events", "[string]", "run.complete, run.failed, quota.warning, failure_rate.warning, or * for all", is_new},
            {"description", "string", "For people", false},
            {"is_active", "boolean", "true by default", false},
            {"secret", "string?", "16 to 256 printable letters; without one (on a change: null) the server makes it", false}};
  };
  return {{"WebhookRequest", request(true)},
          {"WebhookChange", request(false)},
          {"Webhook", webhook_field_docs()},
          {"WebhookDeleted", {{"webhook_id", "string", "Its id"}, {"message", "string", "For people"}}},
          {"WebhookDelivery", webhook_delivery_field_docs()}};
}

std::vector<Schema> scheduler_schemas() {
  return {
      {"ScheduleRequest",
       {{"provider", "string", "Of the template"},
        {"domain", "string", "Of the template"},
        {"pipeline_template", "string", "The template's name"},
        {"schedule_cron", "string", "Minute, hour, day of month, month, day of week; or @daily and its like"},
        {"timezone", "string", "IANA name; UTC by default", false},
        {"is_active", "boolean", "true by default", false},
        {"parameters", "object", "Template variables of its runs", false},
        {"priority", "integer", "1 to 10, 5 by default; 10 goes first", false},
        {"misfire", "string", "skip, last (default) or all", false},
        {"max_catchup", "integer", "1 to 1000, 10 by default", false}}},
      {"Schedule", schedule_field_docs()},
      {"ScheduleDeleted", {{"config_id", "uuid", "The schedule's id"}, {"status", "string", "DELETED"}, {"message", "string", "For people"}}},
      {"BackfillRequest",
       {{"from", "date", "The first day"}, {"to", "date", "The last day"}, {"priority", "integer", "1 to 10, 3 by default; 10 goes first", false}},
       true},
      {"Backfill", backfill_field_docs()},
      {"TriggerCounts", trigger_field_docs()},
      {"QueueProgress", queue_progress_field_docs()},
      {"SchedulerStatus", scheduler_numbers_field_docs()},
      {"QuotaReset", quota_reset_field_docs()},
      {"CleanupDetail", mended_field_docs()},
      {"Cleanup", cleanup_field_docs()},
  };
}

std::vector<Schema> upkeep_schemas() {
  return {{"UpkeepReport",
           {{"tenant_id", "string", "Whose lake it was"},
            {"skipped", "boolean", "There was nothing to look at"},
            {"changed", "boolean", "Readers will look anew"},
            {"expired_snapshots", "integer", "Older states that can no longer be asked for"},
            {"flushed_rows", "integer", "Rows that went from the catalog to files"},
            {"merged_files", "integer", "Small files that were merged"},
            {"rewritten_files", "integer", "Files whose rows were half deleted"},
            {"deleted_files", "integer", "Files that no state named, after their grace"},
            {"swept_files", "integer", "Files that nobody would publish"},
            {"swept_folders", "integer", "Remains of lakes that were never finished"},
            {"locked_ms_max", "integer", "The longest that a publication could have waited"},
            {"duration_ms", "integer", "Of the pass"}}}};
}

std::vector<Schema> make_schemas() {
  std::vector<Schema> all = service_schemas();
  for (Schema schema : template_schemas()) all.push_back(std::move(schema));
  for (Schema schema : run_schemas()) all.push_back(std::move(schema));
  for (Schema schema : admin_schemas()) all.push_back(std::move(schema));
  for (Schema schema : webhook_schemas()) all.push_back(std::move(schema));
  for (Schema schema : scheduler_schemas()) all.push_back(std::move(schema));
  for (Schema schema : upkeep_schemas()) all.push_back(std::move(schema));
  for (Schema schema : tenancy_schemas()) all.push_back(std::move(schema));
  return all;
}

struct Primitive {
  std::string_view type, json_type, format;
};
constexpr std::array<Primitive, 12> primitives{{{"string", "string", ""},
                                                {"date-time", "string", "date-time"},
                                                {"date", "string", "date"},
                                                {"uuid", "string", "uuid"},
                                                {"email", "string", "email"},
                                                {"integer", "integer", ""},
                                                {"number", "number", ""},
                                                {"boolean", "boolean", ""},
                                                {"object", "object", ""},
                                                {"array", "array", ""},
                                                {"any", "", ""},
                                                {"null", "null", ""}}};

const Primitive* find_primitive(std::string_view type) {
  const auto row = std::find_if(primitives.begin(), primitives.end(), [&](const Primitive& p) { return p.type == type; });
  return row == primitives.end() ? nullptr : &*row;
}

std::string_view element_type(std::string_view type) {
  type.remove_prefix(1);
  if (type.ends_with(']')) type.remove_suffix(1);
  return type;
}

bool fits_primitive(const Primitive& primitive, const Json& value) {
  if (primitive.json_type == "string") return value.is_string();
  if (primitive.json_type == "integer") return value.is_number() && value.text().find_first_of(".eE") == std::string::npos;
  if (primitive.json_type == "number") return value.is_number();
  if (primitive.json_type == "boolean") return value.is_bool();
  if (primitive.json_type == "object") return value.is_object();
  if (primitive.json_type == "array") return value.is_array();
  return true;
}

std::string misfit_of_type(std::string_view type, const Json& value, const std::string& where) {
  if (type.ends_with('?')) {
    if (value.is_null()) return {};
    type.remove_suffix(1);
  }
  if (type.starts_with('[')) {
    if (!value.is_array()) return where + " is no array";
    for (const Json& item : value.items())
      if (std::string sentence = misfit_of_type(element_type(type), item, where + "[]"); !sentence.empty()) return sentence;
    return {};
  }
  if (const Primitive* primitive = find_primitive(type))
    return fits_primitive(*primitive, value) ? std::string() : fmt::format("{} is no {}", where, type);
  const Schema* schema = find_schema(type);
  if (schema == nullptr) return fmt::format("there is no schema {}", type);
  if (!value.is_object()) return where + " is no object";
  for (const FieldDoc& field : schema->fields) {
    const Json* member = value.find(std::string(field.name));
    if (member == nullptr && field.required) return fmt::format("{}.{} is missing", where, field.name);
    if (member == nullptr) continue;
    std::string sentence = misfit_of_type(field.type, *member, fmt::format("{}.{}", where, field.name));
    if (!sentence.empty()) return sentence;
  }
  for (const auto& [name, member] : value.members()) {
    const auto known = [&, wanted = std::string_view(name)](const FieldDoc& field) { return field.name == wanted; };
    if (!schema->open && std::none_of(schema->fields.begin(), schema->fields.end(), known))
      return fmt::format("{}.{} is not in the schema", where, name);
  }
  return {};
}

}  // namespace

const std::vector<Schema>& schemas() {
  static const std::vector<Schema> all = make_schemas();
  return all;
}

const Schema* find_schema(std::string_view name) {
  for (const Schema& schema : schemas())
    if (schema.name == name) return &schema;
  return nullptr;
}

Json json_schema_of_type(std::string_view type) {
  const bool nullable = type.ends_with('?');
  if (nullable) type.remove_suffix(1);
  Json schema = Json::object();
  if (type.starts_with('[')) {
    schema.set("type", "array").set("items", json_schema_of_type(element_type(type)));
  } else if (const Primitive* primitive = find_primitive(type)) {
    if (!primitive->json_type.empty()) schema.set("type", std::string(primitive->json_type));
    if (!primitive->format.empty()) schema.set("format", std::string(primitive->format));
  } else {
    schema.set("$ref", fmt::format("#/components/schemas/{}", type));
  }
  if (nullable && schema.find("type") != nullptr)
    schema.set("type", Json::array().push(schema["type"]).push(Json("null")));
  return schema;
}

Json json_schema_of(const Schema& schema) {
  Json properties = Json::object(), required = Json::array();
  for (const FieldDoc& field : schema.fields) {
    Json property = json_schema_of_type(field.type);
    property.set("description", std::string(field.doc));
    properties.set(std::string(field.name), std::move(property));
    if (field.required) required.push(std::string(field.name));
  }
  Json json = Json::object();
  json.set("type", "object").set("properties", std::move(properties));
  if (required.size() > 0) json.set("required", std::move(required));
  if (!schema.open) json.set("additionalProperties", false);
  return json;
}

std::string misfit(std::string_view name, const Json& value) { return misfit_of_type(name, value, "reply"); }

}  // namespace cvg
