#include "host/http/json_body.h"

#include <algorithm>

#include "core/base/json_members.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t shown_name_bytes_max = 64;

// Counts brackets outside of strings, before the parser builds anything.
bool is_deeper_than(std::string_view text, int depth_max) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > depth_max) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

Status body_error(std::string text, std::string issue) {
  return Status(Code::invalid, std::move(text))
      .with_detail_json(Json::object().set("field", "body").set("issue", std::move(issue)).dump());
}

}  // namespace

bool is_json_content_type(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  return type.empty() || equals_ignoring_case(type, "application/json") ||
         equals_ignoring_case(type, "application/x-www-form-urlencoded");
}

Result<Json> decode_json_body(std::string_view content_type, std::string_view body, const JsonBodyRules& rules) {
  if (!is_json_content_type(content_type) && !body.empty())
    return Status(Code::invalid, "The body must be application/json").with_detail_json("{\"status\":415}");
  if (trim(body).empty()) {
    if (rules.required) return body_error("The body must be a JSON object", "is missing");
    return Json::object();
  }
  if (is_deeper_than(body, rules.depth_max))
    return body_error(fmt::format("The JSON is nested deeper than {} levels", rules.depth_max), "is nested too deeply");
  Result<Json> parsed = parse_json(body);
  if (!parsed.ok()) return body_error(parsed.status().text(), "is no valid JSON");
  if (!parsed->is_object() && !(parsed->is_null() && !rules.required))
    return body_error("The body must be a JSON object", "is no object");
  if (const std::optional<std::string> name = repeated_member(body)) {
    const std::string shown = name->substr(0, shown_name_bytes_max);
    return Status(Code::invalid, fmt::format("The JSON names '{}' twice in one object", shown))
        .with_detail_json(Json::object().set("field", shown).set("issue", "is there twice").dump());
  }
  return parsed->is_null() ? Json::object() : std::move(*parsed);
}

}  // namespace cvg
