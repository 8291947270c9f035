#include "host/http/response.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace cvg {
namespace {

struct Reason {
  int status;
  std::string_view text;
};
constexpr std::array<Reason, 24> reasons{{{200, "OK"},
                                          {201, "Created"},
                                          {202, "Accepted"},
                                          {204, "No Content"},
                                          {304, "Not Modified"},
                                          {400, "Bad Request"},
                                          {401, "Unauthorized"},
                                          {403, "Forbidden"},
                                          {404, "Not Found"},
                                          {405, "Method Not Allowed"},
                                          {408, "Request Timeout"},
                                          {409, "Conflict"},
                                          {413, "Content Too Large"},
                                          {414, "URI Too Long"},
                                          {415, "Unsupported Media Type"},
                                          {417, "Expectation Failed"},
                                          {421, "Misdirected Request"},
                                          {429, "Too Many Requests"},
                                          {431, "Request Header Fields Too Large"},
                                          {500, "Internal Server Error"},
                                          {501, "Not Implemented"},
                                          {503, "Service Unavailable"},
                                          {504, "Gateway Timeout"},
                                          {505, "HTTP Version Not Supported"}}};

// A header's value cannot end its line: what a request echoes must not become a header of its own.
void append_header(std::string& out, std::string_view name, std::string_view value) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  out.append(name).append(": ").append(value);
  std::replace_if(out.end() - static_cast<std::ptrdiff_t>(value.size()), out.end(), is_control, ' ');
  out.append("\r\n");
}

}  // namespace

Response json_response(const Json& body, int status) {
  Response response;
  response.status = status;
  response.body = body.dump();
  return response;
}

std::string_view reason_of(int status) {
  for (const Reason& reason : reasons)
    if (reason.status == status) return reason.text;
  return "Unknown";
}

std::int64_t body_bytes(const Response& response) { return response.file ? response.file->bytes : static_cast<std::int64_t>(response.body.size()); }

std::string to_bytes(const Response& response, bool without_body) {
  std::string out;
  out.reserve(512 + (without_body ? 0 : response.body.size()));
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  const bool may_have_body = response.status != 204 && response.status != 304;
  if (may_have_body) {
    append_header(out, "Content-Type", response.content_type);
    if (!response.stream) fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", body_bytes(response));
  }
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  append_header(out, "Connection", response.close ? "close" : "keep-alive");
  out.append("\r\n");
  if (may_have_body && !without_body) out.append(response.body);
  return out;
}

}  // namespace cvg
