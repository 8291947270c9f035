#include "core/base/text.h"
#include "host/http/representation.h"
#include "host/http/request_id.h"
#include "host/http/router.h"
#include "host/http/trace.h"
#include "host/routes/routes.h"
#include "tests/fuzz/fuzz_targets.h"

namespace cvg {
namespace {

const Router& router() {
  static const Router built = [] {
    Router made;
    const auto rows = routes();
    for (std::size_t row = 0; row < rows.size(); ++row) made.add(rows[row].method, rows[row].path, row);
    return made;
  }();
  return built;
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string check_match(Method method, std::string_view path) {
  const RouteMatch match = router().match(method, path);
  if (match.kind != RouteMatch::Kind::found) return match.parameters.empty() ? "" : "parameters without a route";
  const Route& route = routes()[match.route];
  std::string rebuilt;
  std::size_t next = 0;
  if (route.path == "/") rebuilt = "/";
  else
    for (const std::string_view part : split(route.path.substr(1), '/')) {
      const bool is_parameter = part.starts_with('{');
      if (is_parameter && next == match.parameters.size()) return "a parameter is missing";
      rebuilt += '/';
      rebuilt += is_parameter ? encoded(match.parameters[next++].value) : std::string(part);
    }
  if (next != match.parameters.size()) return "a parameter too many";
  for (const PathParameter& parameter : match.parameters)
    for (const char c : parameter.value)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || parameter.value.empty()) return "a parameter holds a control character";
  const RouteMatch again = router().match(method, rebuilt);
  if (again.kind != RouteMatch::Kind::found || again.route != match.route) return "the rebuilt path is another route";
  for (std::size_t i = 0; i < again.parameters.size(); ++i)
    if (again.parameters[i].value != match.parameters[i].value) return "the rebuilt path has other parameters";
  return {};
}

}  // namespace

std::string fuzz_path(std::string_view bytes) {
  for (const Method method : {Method::get, Method::post, Method::del, Method::options})
    if (std::string problem = check_match(method, bytes); !problem.empty()) return problem;
  std::string decoded, again;
  if (percent_decode(bytes, false, decoded) && (!percent_decode(encoded(decoded), false, again) || again != decoded))
    return "decoding is not what encoding undoes";
  Request request;
  const std::size_t half = bytes.size() / 2;
  request.query = bytes.substr(half);
  request.headers.push_back({"x", bytes.substr(0, half)});
  request.parameter("limit");
  request.parameter(bytes.substr(0, std::min<std::size_t>(half, 8)));
  if (const std::string trace = trace_id_from(bytes); !trace.empty() && trace.size() != 32) return "a trace id of another length";
  if (request_id_from(bytes).size() > 128) return "a request id is too long";
  if (accepts_gzip(bytes) && lower_ascii(bytes).find("gzip") == std::string::npos && bytes.find('*') == std::string_view::npos)
    return "gzip was not mentioned";
  names_etag(bytes, "\"0123456789abcdef0123456789abcdef\"");
  return {};
}

}  // namespace cvg
