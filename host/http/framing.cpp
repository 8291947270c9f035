#include "host/http/framing.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/base/text.h"

namespace cvg {
namespace {

Refusal refuse(int status, std::string text) { return {status, std::move(text)}; }

bool is_token_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool is_token(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char); }

bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

bool is_field_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Headers whose second appearance would leave open which one counts.
constexpr std::array<std::string_view, 11> single_headers{
    "host",      "content-length", "transfer-encoding", "content-type",    "x-api-key",
    "x-admin-key", "authorization",  "x-request-id",      "idempotency-key", "expect",     "traceparent"};

// Takes the next line without its CRLF; find_head_end has made sure that every line ends so.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + 2));
  return line;
}

Refusal parse_target(std::string_view target, Request& request) {
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_visible))
    return refuse(400, "The request target holds characters that must be percent-encoded");
  if (target.find('#') != std::string_view::npos) return refuse(400, "The request target holds a fragment");
  if (target == "*" && request.method == Method::options) {
    request.path = target;
    return {};
  }
  for (const std::string_view scheme : {"http://", "https://"})
    if (target.size() > scheme.size() && equals_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      const std::size_t slash = target.find_first_of("/?", scheme.size());
      target = slash == std::string_view::npos || target[slash] == '?' ? std::string_view("/") : target.substr(slash);
    }
  if (target.front() != '/') return refuse(400, "The request target must begin with a slash");
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  request.query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  return {};
}

Refusal parse_request_line(std::string_view line, Request& request) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos)
    return refuse(400, "The request line must be a method, a target and a version");
  request.method_text = line.substr(0, first);
  if (!is_token(request.method_text)) return refuse(400, "The method is malformed");
  request.method = method_from_text(request.method_text);
  const std::string_view version = line.substr(second + 1);
  if (version == "HTTP/1.1") request.minor_version = 1;
  else if (version == "HTTP/1.0") request.minor_version = 0;
  else if (version.size() == 8 && version.substr(0, 5) == "HTTP/" && version[6] == '.')
    return refuse(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here");
  else return refuse(400, "The version is malformed");
  return parse_target(line.substr(first + 1, second - first - 1), request);
}

Refusal parse_header_line(std::string_view line, Request& request) {
  if (line.front() == ' ' || line.front() == '\t') return refuse(400, "A header line is folded");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return refuse(400, "A header's name is malformed");
  const std::string_view value = line.substr(colon + 1);
  if (!std::all_of(value.begin(), value.end(), is_field_char))
    return refuse(400, "A header's value holds a control character");
  request.headers.push_back({line.substr(0, colon), trim_blanks(value)});
  return {};
}

Refusal check_single_headers(const Request& request) {
  for (const std::string_view name : single_headers) {
    int count = 0;
    for (const Header& header : request.headers) count += equals_ignoring_case(header.name, name) ? 1 : 0;
    if (count > 1) return refuse(400, fmt::format("The header {} appears {} times", name, count));
  }
  return {};
}

Refusal check_host(const Request& request) {
  bool found = false;
  for (const Header& header : request.headers) found = found || equals_ignoring_case(header.name, "host");
  if (!found) return request.minor_version == 0 ? Refusal{} : refuse(400, "The header Host is missing");
  const std::string_view host = request.header("host");
  const bool sound = std::all_of(host.begin(), host.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c != '\0' && std::string_view("-._~:[]%").find(c) != std::string_view::npos);
  });
  return sound ? Refusal{} : refuse(400, "The header Host is malformed");
}

// true: the comma list holds the token.
bool lists(std::string_view list, std::string_view token) {
  for (const std::string_view part : split(list, ','))
    if (equals_ignoring_case(trim_blanks(part), token)) return true;
  return false;
}

Refusal check_body(Head& head, const FramingLimits& limits) {
  const Header* coding = nullptr;
  const Header* length = nullptr;
  for (const Header& header : head.request.headers) {
    if (equals_ignoring_case(header.name, "transfer-encoding")) coding = &header;
    if (equals_ignoring_case(header.name, "content-length")) length = &header;
  }
  if (coding != nullptr) {
    if (length != nullptr) return refuse(400, "Transfer-Encoding and Content-Length exclude each other");
    if (head.request.minor_version == 0) return refuse(400, "HTTP/1.0 knows no Transfer-Encoding");
    if (!equals_ignoring_case(coding->value, "chunked")) return refuse(501, "The only transfer coding known here is chunked");
    head.body = BodyKind::chunked;
    return {};
  }
  if (length == nullptr) return {};
  const std::string_view digits = length->value;
  const bool sound = !digits.empty() && digits.size() <= 18 &&
                     std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!sound || !parse_integer(digits, head.content_length)) return refuse(400, "The header Content-Length is malformed");
  if (head.content_length > limits.body_bytes_max)
    return refuse(413, fmt::format("The body may have {} bytes at most", limits.body_bytes_max));
  head.body = head.content_length > 0 ? BodyKind::length : BodyKind::none;
  return {};
}

Refusal check_expectation(Head& head) {
  const std::string_view expectation = head.request.header("expect");
  if (expectation.empty()) return {};
  if (!equals_ignoring_case(expectation, "100-continue")) return refuse(417, "The only expectation known here is 100-continue");
  head.expects_continue = head.request.minor_version == 1 && head.body != BodyKind::none;
  return {};
}

Refusal parse_into(std::string_view bytes, const FramingLimits& limits, Head& head) {
  std::string_view rest = bytes;
  if (Refusal refusal = parse_request_line(take_line(rest), head.request)) return refusal;
  if (static_cast<std::int64_t>(rest.size()) - 2 > limits.header_bytes_max)
    return refuse(431, fmt::format("The headers may have {} bytes at most", limits.header_bytes_max));
  for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest)) {
    if (static_cast<std::int64_t>(head.request.headers.size()) == limits.header_count_max)
      return refuse(431, fmt::format("A request may have {} headers at most", limits.header_count_max));
    if (Refusal refusal = parse_header_line(line, head.request)) return refusal;
  }
  if (Refusal refusal = check_single_headers(head.request)) return refusal;
  if (Refusal refusal = check_host(head.request)) return refusal;
  if (Refusal refusal = check_body(head, limits)) return refusal;
  return check_expectation(head);
}

}  // namespace

HeadSearch find_head_end(std::string_view buffer, std::size_t& scanned, const FramingLimits& limits) {
  const std::size_t line_end = buffer.find("\r\n");
  for (std::size_t at = scanned; at < buffer.size(); ++at) {
    if (buffer[at] != '\n') continue;
    if (at == 0 || buffer[at - 1] != '\r') return {0, refuse(400, "A line ends without a carriage return")};
    if (at >= 3 && buffer[at - 2] == '\n') return {at + 1, {}};
  }
  scanned = buffer.size();
  const bool in_line = line_end == std::string_view::npos;
  const auto line_bytes = static_cast<std::int64_t>(in_line ? buffer.size() : line_end);
  if (line_bytes > limits.request_line_bytes_max)
    return {0, refuse(414, fmt::format("The request line may have {} bytes at most", limits.request_line_bytes_max))};
  // Two bytes of the line's end and two of the empty line do not count.
  if (!in_line && static_cast<std::int64_t>(buffer.size() - line_end) - 4 > limits.header_bytes_max)
    return {0, refuse(431, fmt::format("The headers may have {} bytes at most", limits.header_bytes_max))};
  return {};
}

Head parse_head(std::string_view bytes, const FramingLimits& limits) {
  Head head;
  head.request.headers.reserve(16);
  if (static_cast<std::int64_t>(bytes.find("\r\n")) > limits.request_line_bytes_max)
    head.refusal = refuse(414, fmt::format("The request line may have {} bytes at most", limits.request_line_bytes_max));
  else
    head.refusal = parse_into(bytes, limits, head);
  const std::string_view connection = head.request.header("connection");
  head.wants_close = lists(connection, "close") || (head.request.minor_version == 0 && !lists(connection, "keep-alive"));
  return head;
}

}  // namespace cvg
