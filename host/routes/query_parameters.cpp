#include "host/routes/query_parameters.h"

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {

Status parameter_error(std::string_view field, std::string issue) {
  return Status(Code::invalid, fmt::format("{} {}", field, issue))
      .with_detail_json(Json::object().set("field", std::string(field)).set("issue", std::move(issue)).dump());
}

Status check_query(std::string_view query) {
  std::string name, value;
  for (const std::string_view part : split(query, '&')) {
    const std::size_t equals = part.find('=');
    if (!percent_decode(part.substr(0, equals), true, name) || !is_utf8(name))
      return Status(Code::invalid, "A name in the query is not properly percent-encoded UTF-8 text");
    if (equals == std::string_view::npos) continue;
    if (!percent_decode(part.substr(equals + 1), true, value) || !is_utf8(value))
      return parameter_error(name, "is not properly percent-encoded UTF-8 text");
  }
  return {};
}

Status read_time_parameter(const Request& request, std::string_view name, std::int64_t& out_ms) {
  const std::optional<std::string> text = request.parameter(name);
  if (!text) return {};
  const std::optional<std::int64_t> ms = parse_time(*text);
  if (!ms) return parameter_error(name, "must be an RFC 3339 time");
  out_ms = *ms;
  return {};
}

Result<int> read_limit_parameter(const Request& request, int otherwise, int max) {
  std::int64_t limit = otherwise;
  const auto text = request.parameter("limit");
  if ((text && !parse_integer(*text, limit)) || limit < 1 || limit > max)
    return parameter_error("limit", fmt::format("must be between 1 and {}", max));
  return static_cast<int>(limit);
}

}  // namespace cvg
