#include "core/config/template_guide.h"

#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

Json number_or_null(const std::string& numeral) { return numeral.empty() ? Json() : Json::number(numeral); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json text_list(const std::vector<std::string>& texts) {
  Json out = Json::array();
  for (const std::string& text : texts) out.push(text);
  return out;
}

// A default with its type, where it is a value as it stands: no placeholder, no word such as yesterday.
std::optional<Json> literal_default(const VariableSpec& spec) {
  if (!spec.initial || spec.initial->find('{') != std::string::npos) return std::nullopt;
  if (spec.type == VariableType::date && !parse_date(*spec.initial)) return std::nullopt;
  return to_json(Value{spec.type, *spec.initial});
}

Json variable_json(const VariableSpec& spec) {
  Json out = Json::object();
  out.set("name", spec.name).set("type", std::string(to_text(spec.type))).set("required", !spec.initial.has_value());
  out.set("default", spec.initial ? literal_default(spec).value_or(Json(*spec.initial)) : Json());
  out.set("description", spec.description);
  out.set("pattern", spec.pattern ? Json(spec.pattern->expression()) : Json());
  out.set("min", number_or_null(spec.min)).set("max", number_or_null(spec.max));
  return out.set("values", spec.values.empty() ? Json() : text_list(spec.values));
}

Json variable_schema(const VariableSpec& spec) {
  Json out = Json::object();
  switch (spec.type) {
    case VariableType::integer:
    case VariableType::number:
      out.set("type", std::string(to_text(spec.type)));
      if (!spec.min.empty()) out.set("minimum", Json::number(spec.min));
      if (!spec.max.empty()) out.set("maximum", Json::number(spec.max));
      break;
    case VariableType::boolean: out.set("type", "boolean"); break;
    case VariableType::date: out.set("type", "string").set("format", "date"); break;
    case VariableType::identifier: out.set("type", "string").set("pattern", "^[A-Za-z_][A-Za-z0-9_]{0,127}$"); break;
    case VariableType::enumeration: out.set("type", "string").set("enum", text_list(spec.values)); break;
    case VariableType::uri: out.set("type", "string").set("format", "uri").set("maxLength", spec.max_length); break;
    case VariableType::string: out.set("type", "string").set("maxLength", spec.max_length); break;
  }
  if (spec.pattern) out.set("pattern", spec.pattern->expression());
  if (!spec.description.empty()) out.set("description", spec.description);
  if (const auto value = literal_default(spec)) out.set("default", *value);
  return out;
}

Json step_json(const TemplateStep& from) {
  const StepSpec& step = from.step;
  Json out = Json::object();
  return out.set("step_id", step.id).set("name", step.name).set("type", step.type).set("depends_on", text_list(step.depends_on));
}

Json summary(const TemplateName& name) {
  Json out = Json::object();
  return out.set("provider", name.provider).set("domain", name.domain).set("template", name.name);
}

Json head(const Template& content) {
  Json out = summary({content.provider, content.domain, content.name});
  return out.set("description", content.description).set("version", text_or_null(content.version)).set("valid", true);
}

Json problems_json(const std::vector<TemplateProblem>& problems) {
  Json out = Json::array();
  for (std::size_t i = 0; i < problems.size() && i < template_errors_told_max; ++i) {
    out.push(Json::object().set("line", problems[i].line).set("field", problems[i].field).set("message", problems[i].message));
  }
  return out;
}

}  // namespace

Json TemplateGuide::list() const {
  Json out = Json::array();
  for (const TemplateName& name : catalog_.list()) {
    const auto content = catalog_.get(name.provider, name.domain, name.name);
    Json row = content.ok() ? head(**content) : summary(name).set("description", "").set("version", Json()).set("valid", false);
    out.push(row.set("problem", content.ok() ? Json() : Json(content.status().text())));
  }
  return out;
}

Result<Json> TemplateGuide::describe(std::string_view provider, std::string_view domain, std::string_view name) const {
  CVG_ASSIGN(const std::shared_ptr<const Template> content, catalog_.get(provider, domain, name));
  Json variables = Json::array(), steps = Json::array();
  for (const VariableSpec& spec : content->variables) variables.push(variable_json(spec));
  for (const TemplateStep& step : content->steps) steps.push(step_json(step));
  Json out = head(*content);
  out.set("digest", content->digest).set("timeout_seconds", content->timeout_ms / 1000).set("gate", content->gate);
  return out.set("variables", variables).set("steps", steps).set("schema", run_body_schema(*content));
}

Json TemplateGuide::validate(std::string_view text) const {
  const TemplateReading reading = read_template(text, {"template", "", true}, kinds_);
  Json out = Json::object();
  out.set("valid", reading.problems.empty()).set("errors", problems_json(reading.problems));
  return out.set("warnings", problems_json(reading.warnings));
}

Json run_body_schema(const Template& content) {
  Json properties = Json::object(), required = Json::array();
  properties.set("trigger_by", Json::object().set("type", "string").set("description", "Who or what starts the run; api_user by default"));
  for (const VariableSpec& spec : content.variables) {
    properties.set(spec.name, variable_schema(spec));
    if (!spec.initial) required.push(spec.name);
  }
  Json out = Json::object();
  out.set("$schema", "https://json-schema.org/draft/2020-12/schema").set("type", "object").set("properties", properties);
  if (required.size() > 0) out.set("required", required);
  return out.set("additionalProperties", !content.declares_variables);
}

}  // namespace cvg
