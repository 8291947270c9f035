// The service http: an exchange of the host's client, within the call's time and under the operator's rule for addresses.
#include <algorithm>

#include "core/base/http_client.h"
#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/host_answer.h"
#include "core/plugin/host_table.h"
#include "core/plugin/stage.h"

namespace cvg {
namespace {

constexpr std::int64_t timeout_ms_default = 30'000;
constexpr std::uint64_t response_bytes_max = 64 << 20;

// {"Name": "value", ...}; a name or value that would begin a header of its own is refused.
Status read_headers(const cvg_str& text, HttpRequest& request) {
  if (view(text).empty()) return {};
  const Result<Json> json = parse_json(view(text));
  if (!json.ok() || !json->is_object()) return Status(Code::plugin, "headers_json is no JSON object");
  for (const auto& [name, value] : json->members()) {
    const std::string& word = value.text();
    const auto breaks = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
    const bool sound = !name.empty() && name.find_first_of(" :") == std::string::npos && std::none_of(name.begin(), name.end(), breaks) &&
                       std::none_of(word.begin(), word.end(), breaks);
    if (!sound) return Status(Code::config, fmt::format("the header {} has a name or value that no header may have", name));
    request.headers.emplace_back(name, word);
  }
  return {};
}

Result<HttpRequest> read_request(const Call::Options& call, const cvg_http_req& asked) {
  HttpRequest request;
  request.method = std::string(view(asked.method));
  request.url = std::string(view(asked.url));
  request.body = std::string(view(asked.body));
  CVG_RETURN_IF_ERROR(read_headers(asked.headers_json, request));
  request.timeout_ms = asked.timeout_ms > 0 ? asked.timeout_ms : timeout_ms_default;
  if (call.deadline_monotonic_ms != 0) {
    const std::int64_t left = call.deadline_monotonic_ms - call.clock->monotonic_ms();
    if (left <= 0) return Status(Code::deadline, "the call's time is over");
    request.timeout_ms = std::min(request.timeout_ms, left);
  }
  const std::uint64_t most = asked.max_bytes == 0 ? response_bytes_max : std::min(asked.max_bytes, response_bytes_max);
  request.response_bytes_max = static_cast<std::int64_t>(most);
  request.stop = call.cancel;
  return request;
}

Status write_answer(const Call::Options& call, const HttpResponse& answer, cvg_http_res& out) {
  out.status = answer.status;
  Json headers = Json::object();
  for (const auto& [name, value] : answer.headers) headers.set(name, value);
  if (out.headers_json) CVG_RETURN_IF_ERROR(write_out(out.headers_json, headers.dump()));
  if (out.body_to_stage == 0) return out.body ? write_out(out.body, answer.body) : Status();
  if (!call.stage) return Status(Code::state, "the stage is not available in this call");
  return call.stage->write(out.body_to_stage, answer.body);
}

}  // namespace

cvg_status host_http(cvg_call* call, const cvg_http_req* request, cvg_http_res* response, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    if (!c.http) return Status(Code::state, "the service http is not available in this call");
    cvg_http_req ours;
    if (!read_struct(request, sizeof ours, ours) || !response || response->struct_size < sizeof(cvg_http_res))
      return Status(Code::plugin, "the plugin handed in no cvg_http_req and cvg_http_res of ABI 1.0");
    if (ours.auth_ref.n > 0) return Status(Code::unsupported, "this version of the host adds no credentials (auth_ref)");
    CVG_ASSIGN(const HttpRequest asked, read_request(c, ours));
    CVG_ASSIGN(const HttpResponse answer, c.http->send(asked));
    if (answer.truncated) return Status(Code::limit, fmt::format("the answer is longer than {} bytes (max_bytes)", asked.response_bytes_max));
    return write_answer(c, answer, *response);
  });
}

}  // namespace cvg
