#include "host/http/json_body.h"
#include "tests/fuzz/fuzz_targets.h"

namespace cvg {
namespace {

int depth_of(const Json& json) {
  int deepest = 0;
  if (json.is_array())
    for (const Json& item : json.items()) deepest = std::max(deepest, depth_of(item));
  if (json.is_object())
    for (const auto& [name, value] : json.members()) deepest = std::max(deepest, depth_of(value));
  return json.is_array() || json.is_object() ? deepest + 1 : 0;
}

}  // namespace

std::string fuzz_json(std::string_view bytes) {
  JsonBodyRules rules;
  rules.required = bytes.size() % 2 == 0;
  is_json_content_type(bytes);
  const Result<Json> body = decode_json_body("application/json", bytes, rules);
  if (!body.ok()) {
    if (body.status().text().empty()) return "a refusal without a reason";
    const Result<Json> detail = parse_json(body.status().detail_json());
    return detail.ok() && detail->is_object() ? "" : "a refusal whose detail is no JSON";
  }
  if (!body->is_object()) return "a body that is no object";
  if (depth_of(*body) > rules.depth_max) return "a body that is too deep";
  const std::string written = body->dump();
  const Result<Json> again = parse_json(written);
  if (!again.ok()) return "what was written cannot be read: " + written;
  if (again->dump() != written) return "what was written changes when it is read: " + written;
  return {};
}

}  // namespace cvg
