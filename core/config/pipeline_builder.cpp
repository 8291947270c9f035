#include "core/config/pipeline_builder.h"

#include "core/base/field_problems.h"
#include "core/base/json_schema.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/config/placeholder.h"
#include "core/config/spec_resolver.h"
#include "core/config/table_name.h"

namespace cvg {
namespace {

Status refuse(const std::string& field, const std::string& issue) {
  return Status(Code::invalid, fmt::format("{}: {}", field, issue))
      .with_detail_json(Json::object().set("field", field).set("issue", issue).dump());
}

Status check_parameters(const Template& from, const Json& parameters) {
  FieldProblems problems;
  std::vector<std::string> names;
  for (const VariableSpec& spec : from.variables) names.push_back(spec.name);
  for (const auto& [name, value] : parameters.members()) {
    if (std::find(builtin_names().begin(), builtin_names().end(), name) != builtin_names().end()) {
      problems.add(refuse(name, "is set by the server and cannot be given"));
      continue;
    }
    if (!from.declares_variables || std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string nearest = nearest_name(name, names);
    problems.add(refuse(name, fmt::format("the template declares no such variable{}", nearest.empty() ? "" : "; did you mean " + nearest + "?")));
  }
  return problems.status();
}

// run_date is the day that `date` says, so that day must be known before everything else; today when it says none.
Result<Values> all_values(const Template& from, const PipelineRequest& request) {
  VariableRequest variables{request.builtins, request.parameters, request.today, request.relative_dates};
  Value run_date{VariableType::date, format_date(request.today)};
  const auto date = std::find_if(from.variables.begin(), from.variables.end(), [](const VariableSpec& spec) { return spec.name == "date"; });
  if (date != from.variables.end()) {
    CVG_ASSIGN(const Values first, resolve_variables({*date}, variables));
    if (is_date(first.at("date").text)) run_date.text = first.at("date").text;
  }
  variables.builtins["run_date"] = run_date;
  return resolve_variables(from.variables, variables);
}

Status check_spec(const StepSpec& step, const Json& spec, bool against_schema, const StepKinds& kinds) {
  const Json* table = spec["destination"].find("table");
  if (table && table->is_string()) {
    const Status status = check_destination_table(table->text());
    if (!status.ok()) return refuse(fmt::format("steps.{}.destination.table", step.id), status.text());
  }
  const Json* schema = against_schema ? kinds.spec_schema(step.type) : nullptr;
  if (!schema) return {};
  const std::vector<SchemaError> errors = validate_schema(*schema, spec);
  if (errors.empty()) return {};
  return refuse(fmt::format("steps.{}.{}", step.id, errors.front().path), errors.front().message);
}

FindValue finder(const Values& values, const std::string& step_id) {
  return [&values, &step_id](std::string_view name) -> std::optional<Value> {
    if (name == "step_id") return Value{VariableType::string, step_id};
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

Status resolve_step(const TemplateStep& from, const Values& values, const StepKinds& kinds, StepSpec& step) {
  step = from.step;
  const FindValue find = finder(values, step.id);
  if (!from.enabled_text.empty()) {
    const std::optional<Value> enabled = find(*whole_placeholder(from.enabled_text));
    if (!enabled || enabled->type != VariableType::boolean) {
      return refuse(fmt::format("steps.{}.enabled", step.id), fmt::format("{} is no boolean", from.enabled_text));
    }
    step.enabled = enabled->text == "true";
  }
  if (step.deferred) return {};
  Result<Json> spec = resolve_spec(from.step.spec, find);
  if (!spec.ok()) return refuse("steps." + step.id, spec.status().text());
  CVG_RETURN_IF_ERROR(check_spec(step, *spec, from.check_late, kinds));
  step.spec = std::move(*spec);
  return {};
}

}  // namespace

Result<Pipeline> build_pipeline(const Template& from, const PipelineRequest& request, const StepKinds& kinds) {
  CVG_RETURN_IF_ERROR(check_parameters(from, request.parameters));
  Pipeline pipeline;
  pipeline.provider = from.provider;
  pipeline.domain = from.domain;
  pipeline.name = from.name;
  pipeline.timeout_ms = from.timeout_ms;
  pipeline.gate = from.gate;
  pipeline.version_digest = from.digest;
  CVG_ASSIGN(pipeline.values, all_values(from, request));
  Result<std::string> description = replace_placeholders(from.description, [&](std::string_view name) -> Result<std::string> {
    const auto found = pipeline.values.find(name);
    return found == pipeline.values.end() ? std::string() : found->second.text;
  });
  if (!description.ok()) return description.status();
  pipeline.description = std::move(*description);
  pipeline.steps.resize(from.steps.size());
  for (std::size_t i = 0; i < from.steps.size(); ++i) {
    CVG_RETURN_IF_ERROR(resolve_step(from.steps[i], pipeline.values, kinds, pipeline.steps[i]));
  }
  return pipeline;
}

Result<Json> resolve_deferred(const StepSpec& step, const Pipeline& pipeline, const FindOutput& output, const StepKinds& kinds) {
  const FindValue variables = finder(pipeline.values, step.id);
  const FindValue find = [&](std::string_view name) -> std::optional<Value> {
    if (!name.starts_with("steps.")) return variables(name);
    const std::vector<std::string_view> parts = split(name, '.');
    const Json* value = parts.size() == 3 ? output(parts[1], parts[2]) : nullptr;
    return value ? std::optional(value_from_json(*value)) : std::nullopt;
  };
  Result<Json> spec = resolve_spec(step.spec, find);
  if (!spec.ok()) return Status(Code::config, fmt::format("steps.{}: {}", step.id, spec.status().text()));
  const Status fits = check_spec(step, *spec, true, kinds);
  if (!fits.ok()) return Status(Code::config, fits.text());
  return spec;
}

}  // namespace cvg
