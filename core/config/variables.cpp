#include "core/config/variables.h"

#include <algorithm>

#include <set>

#include "core/base/field_problems.h"
#include "core/base/numeral.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/config/placeholder.h"

namespace cvg {
namespace {

constexpr int depth_max = 8;
constexpr std::int64_t relative_days_max = 36600;
constexpr std::size_t uri_bytes_max = 2048;

Status refuse(const std::string& field, const std::string& issue) {
  return Status(Code::invalid, fmt::format("{}: {}", field, issue))
      .with_detail_json(Json::object().set("field", field).set("issue", issue).dump());
}

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > 128 || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_uri(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0 || text.size() > uri_bytes_max) return false;
  const std::string_view scheme = text.substr(0, colon);
  if (!std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '.' || c == '-';
      })) {
    return false;
  }
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// today, yesterday, -3d, +1d, or a real day between 2000 and 2100.
Result<std::string> date_text(const std::string& field, std::string_view text, std::int64_t today, bool relative) {
  std::optional<std::int64_t> day;
  std::int64_t days = 0;
  if (relative && text == "today") day = today;
  else if (relative && text == "yesterday") day = today - 1;
  else if (relative && text.size() > 2 && (text[0] == '-' || text[0] == '+') && text.back() == 'd' &&
           parse_integer(text.substr(1, text.size() - 2), days) && days >= 0 && days <= relative_days_max)
    day = today + (text[0] == '-' ? -days : days);
  else
    day = parse_date(text);
  if (!day) return refuse(field, fmt::format("'{}' is not a date YYYY-MM-DD", text));
  std::string out = format_date(*day);
  if (out < "2000-01-01" || out > "2100-12-31") return refuse(field, fmt::format("{} is not between 2000 and 2100", out));
  return out;
}

Status check_number(const VariableSpec& spec, const std::string& text) {
  if (!is_numeral(text)) return refuse(spec.name, fmt::format("'{}' is not a number", text));
  if (spec.type == VariableType::integer && !is_whole(text)) return refuse(spec.name, fmt::format("{} is not a whole number", text));
  if (!spec.min.empty() && compare_numerals(text, spec.min) < 0) return refuse(spec.name, fmt::format("{} is below {}", text, spec.min));
  if (!spec.max.empty() && compare_numerals(text, spec.max) > 0) return refuse(spec.name, fmt::format("{} is above {}", text, spec.max));
  return {};
}

Status check_text(const VariableSpec& spec, const std::string& text) {
  if (text.find('\0') != std::string::npos) return refuse(spec.name, "holds a NUL byte");
  if (!is_utf8(text)) return refuse(spec.name, "is not UTF-8");
  if (static_cast<std::int64_t>(text.size()) > spec.max_length) {
    return refuse(spec.name, fmt::format("is longer than {} bytes", spec.max_length));
  }
  if (spec.pattern && !spec.pattern->found_in(text)) {
    return refuse(spec.name, fmt::format("'{}' does not match {}", text, spec.pattern->expression()));
  }
  return {};
}

Result<Value> typed(const VariableSpec& spec, std::string text, std::int64_t today, bool relative) {
  switch (spec.type) {
    case VariableType::date: {
      CVG_ASSIGN(text, date_text(spec.name, text, today, relative));
      break;
    }
    case VariableType::integer:
    case VariableType::number: CVG_RETURN_IF_ERROR(check_number(spec, text)); break;
    case VariableType::boolean:
      text = lower_ascii(text);
      if (text != "true" && text != "false") return refuse(spec.name, fmt::format("'{}' is neither true nor false", text));
      break;
    case VariableType::identifier:
      if (!is_identifier(text)) return refuse(spec.name, fmt::format("'{}' is not an identifier", text));
      break;
    case VariableType::enumeration:
      if (std::find(spec.values.begin(), spec.values.end(), text) == spec.values.end()) {
        return refuse(spec.name, fmt::format("'{}' is none of {}", text, join(spec.values, ", ")));
      }
      break;
    case VariableType::uri:
      if (!is_uri(text)) return refuse(spec.name, fmt::format("'{}' is not a URI", text));
      break;
    case VariableType::string: break;
  }
  if (spec.type == VariableType::string || spec.type == VariableType::uri) CVG_RETURN_IF_ERROR(check_text(spec, text));
  return Value{spec.type, std::move(text)};
}

std::optional<std::string> scalar_text(const Json& json) {
  if (json.is_bool()) return std::string(json.boolean() ? "true" : "false");
  if (json.is_string() || json.is_number()) return json.text();
  return std::nullopt;
}

// Makes values final one by one, on demand of each other.
class Resolver {
 public:
  Resolver(const std::vector<VariableSpec>& specs, const VariableRequest& request)
      : specs_(specs), request_(request), values_(request.builtins) {}

  Result<Values> resolve() {
    FieldProblems problems;
    for (const VariableSpec& spec : specs_)
      if (!refused_.contains(spec.name)) problems.add(resolve(spec, 1));
    CVG_RETURN_IF_ERROR(problems.status());
    return std::move(values_);
  }

 private:
  Status resolve(const VariableSpec& spec, int depth) {
    if (values_.contains(spec.name)) return {};
    if (depth > depth_max) return refuse(spec.name, fmt::format("its value refers to others more than {} levels deep", depth_max));
    if (std::find(open_.begin(), open_.end(), spec.name) != open_.end()) {
      return refuse(spec.name, fmt::format("its value refers to itself ({} -> {})", join(open_, " -> "), spec.name));
    }
    const Json* given = request_.parameters.find(spec.name);
    std::optional<std::string> raw = given ? scalar_text(*given) : spec.initial;
    if (given && !raw) return refuse(spec.name, "must be text, a number or a boolean");
    if (!raw) return refuse(spec.name, "is required by the template");
    open_.push_back(spec.name);
    Result<std::string> text = replace_placeholders(*raw, [&](std::string_view name) { return other(spec, name, depth); });
    open_.pop_back();
    if (!text.ok()) return text.status();
    CVG_ASSIGN(Value value, typed(spec, std::move(*text), request_.today, !given || request_.relative_dates));
    values_.emplace(spec.name, std::move(value));
    return {};
  }
  Result<std::string> other(const VariableSpec& user, std::string_view name, int depth) {
    if (!values_.contains(name)) {
      const auto spec = std::find_if(specs_.begin(), specs_.end(), [&](const VariableSpec& s) { return s.name == name; });
      if (spec == specs_.end()) return refuse(user.name, fmt::format("unknown placeholder {{{}}}", name));
      if (Status status = resolve(*spec, depth + 1); !status.ok()) {
        refused_.insert(spec->name);
        return status;
      }
    }
    return values_.find(name)->second.text;
  }

  const std::vector<VariableSpec>& specs_;
  const VariableRequest& request_;
  Values values_;
  std::vector<std::string> open_;
  std::set<std::string> refused_;  // told already, by a variable that refers to it
};

constexpr std::pair<VariableType, std::string_view> type_names[] = {
    {VariableType::string, "string"},   {VariableType::date, "date"},       {VariableType::integer, "integer"},
    {VariableType::number, "number"},   {VariableType::boolean, "boolean"}, {VariableType::identifier, "identifier"},
    {VariableType::enumeration, "enum"}, {VariableType::uri, "uri"}};

bool is_variable_name(std::string_view name) { return is_identifier(name) && name.size() <= 64; }

VariableSpec read_variable(const std::string& name, const Json& row, const ReportProblem& report) {
  VariableSpec spec;
  spec.name = name;
  spec.description = row["description"].text();
  const std::string type = row["type"].text_or("string");
  for (const auto& [value, word] : type_names) {
    if (word == type) spec.type = value;
  }
  if (const Json* initial = row.find("default")) spec.initial = scalar_text(*initial);
  if (const Json* pattern = row.find("pattern")) {
    Result<Pattern> compiled = Pattern::compile(pattern->text());
    if (compiled.ok()) spec.pattern = std::move(*compiled);
    else report("/pattern", compiled.status().text());
  }
  spec.max_length = row["max_length"].integer(spec.max_length);
  spec.min = row["min"].text();
  spec.max = row["max"].text();
  for (const Json& item : row["values"].items()) spec.values.push_back(item.text());
  if (!is_variable_name(name)) report("", fmt::format("'{}' is no name of a variable", name));
  const auto& builtins = builtin_names();
  if (std::find(builtins.begin(), builtins.end(), name) != builtins.end()) {
    report("", fmt::format("'{}' is built in and cannot be declared", name));
  }
  if (looks_secret(name)) report("", fmt::format("'{}' looks like a secret; secrets belong into the tenant's credentials", name));
  if (spec.type == VariableType::enumeration && spec.values.empty()) report("", "an enum needs values");
  return spec;
}

}  // namespace

std::string_view to_text(VariableType type) {
  for (const auto& [value, word] : type_names) {
    if (value == type) return word;
  }
  return "string";
}

Json to_json(const Value& value) {
  switch (value.type) {
    case VariableType::integer:
    case VariableType::number: return Json::number(value.text);
    case VariableType::boolean: return Json(value.text == "true");
    default: return Json(value.text);
  }
}

Value value_from_json(const Json& json) {
  if (json.is_bool()) return {VariableType::boolean, json.boolean() ? "true" : "false"};
  if (json.is_number()) return {VariableType::number, json.text()};
  return {VariableType::string, json.is_string() ? json.text() : json.is_null() ? std::string() : json.dump()};
}

namespace {

// A default without a placeholder must be a value of its own variable; with one it is checked when a run resolves it.
void check_default(const VariableSpec& spec, const ReportProblem& report) {
  if (!spec.initial || spec.initial->find('{') != std::string::npos) return;
  VariableRequest request;
  request.today = 20000;  // relative dates need some day within the years that dates may have
  const Result<Values> resolved = resolve_variables({spec}, request);
  if (resolved.ok()) return;
  const Result<Json> detail = parse_json(resolved.status().detail_json());
  report('/' + spec.name + "/default", detail.ok() ? (*detail)["issue"].text() : resolved.status().text());
}

// Follows the defaults of variables into each other; each cycle is told once, at the first of its variables.
class CycleSearch {
 public:
  CycleSearch(const std::vector<VariableSpec>& specs, const ReportProblem& report) : specs_(specs), report_(report) {}
  void run() {
    for (const VariableSpec& spec : specs_) visit(spec);
  }

 private:
  void visit(const VariableSpec& spec) {
    const auto again = std::find(open_.begin(), open_.end(), spec.name);
    if (again != open_.end()) {
      const std::vector<std::string> cycle(again, open_.end());
      return report_('/' + spec.name + "/default", fmt::format("refers to itself ({} -> {})", join(cycle, " -> "), spec.name));
    }
    if (!spec.initial || !seen_.insert(spec.name).second) return;
    open_.push_back(spec.name);
    for (const std::string_view name : placeholder_names(*spec.initial)) {
      const auto other = std::find_if(specs_.begin(), specs_.end(), [&](const VariableSpec& s) { return s.name == name; });
      if (other != specs_.end()) visit(*other);
    }
    open_.pop_back();
  }

  const std::vector<VariableSpec>& specs_;
  const ReportProblem& report_;
  std::vector<std::string> open_;
  std::set<std::string> seen_;
};

}  // namespace

std::vector<VariableSpec> read_variables(const Json& section, const ReportProblem& report) {
  std::vector<VariableSpec> specs;
  for (const auto& [name, row] : section.members()) {
    const std::string variable = name;
    specs.push_back(read_variable(name, row, [&](const std::string& pointer, const std::string& message) {
      report('/' + variable + pointer, message);
    }));
    check_default(specs.back(), report);
  }
  CycleSearch(specs, report).run();
  return specs;
}

const std::vector<std::string>& builtin_names() {
  static const std::vector<std::string> names = {"tenant_id",   "provider", "domain",     "template_name", "pipeline_id", "pipeline_logging_id",
                                                 "run_date",    "trigger_by", "admin_email", "step_id"};
  return names;
}

bool looks_secret(std::string_view name) {
  std::string lower = lower_ascii(name);
  std::replace(lower.begin(), lower.end(), '-', '_');
  for (const std::string_view word : {"password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "private_key", "access_key",
                                      "credential", "authorization", "cookie"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

Result<Values> resolve_variables(const std::vector<VariableSpec>& specs, const VariableRequest& request) {
  return Resolver(specs, request).resolve();
}

}  // namespace cvg
