// Variables of a template: what may be set, of which type, and how values become final: built-ins beat the request, the
// request beats the template's defaults; values may hold placeholders of other variables.  Plain values; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/pattern.h"
#include "core/base/status.h"

namespace cvg {

enum class VariableType : std::uint8_t { string, date, integer, number, boolean, identifier, enumeration, uri };
std::string_view to_text(VariableType type);

// A final value.  text is what stands in a string; numbers keep their numeral.
struct Value {
  VariableType type = VariableType::string;
  std::string text;
};
using Values = std::map<std::string, Value, std::less<>>;

Json to_json(const Value& value);        // a number or boolean where the type is one, else text
Value value_from_json(const Json& json);  // of a step's output

struct VariableSpec {
  std::string name, description;
  VariableType type = VariableType::string;
  std::optional<std::string> initial;  // the default's text, placeholders included; none: the request must give it
  std::optional<Pattern> pattern;
  std::int64_t max_length = 1024;
  std::string min, max;  // numerals or empty
  std::vector<std::string> values;  // of an enum
};

// Reads the section `variables`; problems go to report(JSON Pointer below the section, message).
using ReportProblem = std::function<void(const std::string& pointer, const std::string& message)>;
std::vector<VariableSpec> read_variables(const Json& section, const ReportProblem& report);

// Names that a template or a request may not set.
const std::vector<std::string>& builtin_names();
bool looks_secret(std::string_view name);  // password, token, ...: such values belong into credentials

struct VariableRequest {
  Values builtins;
  Json parameters;              // of the request: an object of texts, numbers and booleans, or null
  std::int64_t today = 0;       // day since the epoch, UTC
  bool relative_dates = false;  // the request may say yesterday, too: schedules do
};
// Built-ins and variables, final.  Code::invalid with detail {"field","issue"} for a value that does not fit, an unknown
// placeholder, a cycle, or more than 8 levels.
Result<Values> resolve_variables(const std::vector<VariableSpec>& specs, const VariableRequest& request);

}  // namespace cvg
