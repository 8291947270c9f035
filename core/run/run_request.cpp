#include "core/run/run_request.h"

#include "core/base/field_problems.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/config/variables.h"

namespace cvg {
namespace {

constexpr std::size_t trigger_by_bytes_max = 200;
constexpr std::size_t variable_name_bytes_max = 64;

Status refuse(const std::string& field, const std::string& issue) {
  return Status(Code::invalid, fmt::format("{} {}", field, issue))
      .with_detail_json(Json::object().set("field", field).set("issue", issue).dump());
}

bool is_variable_name(std::string_view name) {
  if (name.empty() || name.size() > variable_name_bytes_max || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Whether this template takes the word all is for the template to say.
Status check_date(const Json& value) {
  if (value.is_string() && value.text() == "all") return {};
  if (!value.is_string() || !is_date(value.text())) return refuse("date", "must be a real day as YYYY-MM-DD");
  if (value.text() < "2000-01-01" || value.text() > "2100-12-31") return refuse("date", "must lie between 2000-01-01 and 2100-12-31");
  return {};
}

Status check_variable(const std::string& name, const Json& value, bool relative_dates) {
  if (!is_variable_name(name)) return refuse(name.substr(0, variable_name_bytes_max), "is no name of a variable");
  if (value.is_object() || value.is_array()) return refuse(name, "must be text, a number or a boolean");
  return name == "date" && !relative_dates ? check_date(value) : Status();
}

}  // namespace

Result<RunRequest> read_run_request(const Json& body, std::int64_t variables_bytes_max, bool relative_dates) {
  RunRequest request;
  if (body.is_null()) return request;
  if (!body.is_object()) return refuse("body", "must be a JSON object");
  FieldProblems problems;
  std::int64_t bytes = 0;
  for (const auto& [name, value] : body.members()) {
    if (name == "trigger_by") {
      if (!value.is_string() || value.text().empty() || value.text().size() > trigger_by_bytes_max)
        problems.add(name, fmt::format("must be a text of 1 to {} bytes", trigger_by_bytes_max));
      else if (has_controls(value.text()))
        problems.add(name, "holds control characters");
      request.trigger_by = value.text();
    } else if (name == "reload" || name == "dry_run") {
      if (!value.is_bool()) problems.add(name, "must be true or false");
      (name == "reload" ? request.reload : request.dry_run) = value.boolean();
    } else if (!value.is_null()) {  // null: as if it were not there
      problems.add(check_variable(name, value, relative_dates));
      bytes += static_cast<std::int64_t>(name.size() + value.text().size());
      request.variables.members().emplace_back(name, value);
    }
  }
  if (bytes > variables_bytes_max) problems.add("body", fmt::format("holds variables that together are larger than {} bytes", variables_bytes_max));
  CVG_RETURN_IF_ERROR(problems.status());
  return request;
}

Json parameters_json(const RunRequest& request) {
  Json out = Json::object();
  for (const auto& [name, value] : request.variables.members()) {
    out.members().emplace_back(name, looks_secret(name) ? Json("[redacted]") : value);
  }
  if (request.reload) out.set("reload", true);
  return out.set("trigger_by", request.trigger_by);
}

RunRequest request_of_parameters(const Json& parameters) {
  RunRequest request;
  for (const auto& [name, value] : parameters.members()) {
    if (name == "trigger_by") request.trigger_by = value.text();
    else if (name == "reload") request.reload = value.boolean();
    else request.variables.members().emplace_back(name, value);
  }
  return request;
}

std::string pipeline_id_of(const std::string& tenant_id, const std::string& provider, const std::string& domain, const std::string& name) {
  return lower_ascii(fmt::format("{}-{}-{}-{}", tenant_id, provider, domain, name));
}

PipelineRequest pipeline_request(const Run& run, const Tenant& tenant, const RunRequest& request) {
  PipelineRequest out;
  const auto text = [&](const char* name, const std::string& value) { out.builtins[name] = {VariableType::string, value}; };
  text("tenant_id", tenant.id);
  text("provider", run.provider);
  text("domain", run.domain);
  text("template_name", run.template_name);
  text("pipeline_id", run.pipeline_id);
  text("pipeline_logging_id", run.id);
  text("trigger_by", run.trigger_by);
  text("admin_email", tenant.admin_email);
  out.parameters = request.variables;
  out.today = date_of(run.as_of_ms != 0 ? run.as_of_ms : run.created_ms);
  out.relative_dates = run.trigger_type != "api";
  return out;
}

}  // namespace cvg
