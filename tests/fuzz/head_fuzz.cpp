#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/text.h"
#include "host/http/chunked.h"
#include "host/http/framing.h"
#include "host/http/intake.h"
#include "tests/fuzz/fuzz_targets.h"

namespace cvg {
namespace {

constexpr std::size_t bytes_max = 60'000;  // fit into a socket's buffer
constexpr int messages_max = 64;

IntakeLimits limits() {
  IntakeLimits small;
  small.framing.body_bytes_max = 4096;
  small.framing.header_bytes_max = 2048;
  small.framing.request_line_bytes_max = 1024;
  small.linger_ms_max = 0;
  return small;
}

// What a simpler reader, as a proxy might have one, sees of the lines; it must not see another message than ours.
std::string check_against_lines(std::string_view bytes, const Head& head, const FramingLimits& framing) {
  std::size_t lengths = 0, codings = 0, lines = 0;
  for (std::size_t at = bytes.find("\r\n") + 2; at < bytes.size() - 2; ++lines) {
    const std::size_t end = bytes.find("\r\n", at);
    const std::string_view line = bytes.substr(at, end - at);
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return "a header line holds an end of its own";
    const std::string name = lower_ascii(trim(line.substr(0, line.find(':'))));
    lengths += name == "content-length" ? 1 : 0;
    codings += name == "transfer-encoding" ? 1 : 0;
    at = end + 2;
  }
  if (lines != head.request.headers.size()) return "headers were dropped or made";
  if (lengths + codings > 1) return "two ways to tell the body's length";
  if ((codings == 1) != (head.body == BodyKind::chunked)) return "a coding was not seen";
  if (head.body == BodyKind::length && lengths != 1) return "a length without its header";
  if (head.content_length < 0 || head.content_length > framing.body_bytes_max) return "a length beyond its limit";
  if (static_cast<std::int64_t>(lines) > framing.header_count_max) return "too many headers";
  const std::string_view path = head.request.path;
  if (path.empty() || (path.front() != '/' && path != "*")) return "a path without its slash";
  for (const char c : path)
    if (c <= 0x20 || c >= 0x7F) return "a path with a character that must be encoded";
  return {};
}

// Byte by byte, a head ends where it ends at once.
std::string check_search(std::string_view bytes, const FramingLimits& framing) {
  std::size_t scanned = 0;
  const HeadSearch whole = find_head_end(bytes, scanned, framing);
  std::size_t slow_scanned = 0;
  for (std::size_t size = 1; size <= std::min<std::size_t>(bytes.size(), 600); ++size) {
    const HeadSearch part = find_head_end(bytes.substr(0, size), slow_scanned, framing);
    if (part.end > 0) return part.end == whole.end ? "" : "a slow head ends elsewhere";
    if (part.refusal) return whole.refusal.status == part.refusal.status || bytes.size() > 600 ? "" : "a slow head is refused otherwise";
  }
  if (whole.end > 0 && whole.end <= 600) return "a slow head does not end";
  if (whole.end == 0) return {};
  const Head head = parse_head(bytes.substr(0, whole.end), framing);
  return head.refusal ? "" : check_against_lines(bytes.substr(0, whole.end), head, framing);
}

std::string check_chunks(std::string_view bytes, std::int64_t body_bytes_max) {
  ChunkedDecoder at_once(body_bytes_max), slow(body_bytes_max);
  std::string body, slow_body;
  std::size_t used = 0, slow_used = 0, total = 0;
  const auto state = at_once.feed(bytes, body, used);
  auto slow_state = ChunkedDecoder::State::more;
  while (slow_state == ChunkedDecoder::State::more && total < bytes.size()) {
    slow_state = slow.feed(bytes.substr(total, 1 + total % 7), slow_body, slow_used);
    total += slow_used;
  }
  if (state != slow_state || used != total) return "a slow chunked body ends elsewhere";
  if (state == ChunkedDecoder::State::done && body != slow_body) return "a slow chunked body is another";
  if (static_cast<std::int64_t>(body.size()) > body_bytes_max) return "a chunked body beyond its limit";
  return {};
}

std::string check_messages(int fd, Intake& intake, std::size_t sent) {
  std::size_t taken = 0;
  for (int message = 0; message < messages_max; ++message) {
    std::array<char, 256> seen{};
    if (cvg_recv(fd, seen.data(), seen.size(), 0) <= 0) return {};
    const Head& head = intake.head();
    if (head.refusal) {
      if (head.refusal.text.empty() || head.refusal.status < 400) return "a refusal without a reason";
      intake.end_message();
      return {};
    }
    const Result<std::string> body = intake.read_body();
    if (body.ok() && head.body == BodyKind::length && static_cast<std::int64_t>(body->size()) != head.content_length)
      return "a body of another length";
    if (body.ok() && head.body == BodyKind::none && !body->empty()) return "a body that nobody announced";
    if (body.ok()) taken += body->size();
    if (taken > sent) return "more was read than was sent";
    if (!intake.skip_body() != !body.ok()) return "a body that was read stays";
    intake.end_message();
    if (!body.ok()) return {};
  }
  return {};
}

}  // namespace

std::string fuzz_head(std::string_view bytes) {
  static const IntakeLimits small = limits();
  bytes = bytes.substr(0, bytes_max);
  if (std::string problem = check_search(bytes, small.framing); !problem.empty()) return problem;
  if (std::string problem = check_chunks(bytes, small.framing.body_bytes_max); !problem.empty()) return problem;
  int ends[2]{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return "no sockets are left";
  const bool sent = ::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  ::close(ends[1]);
  IntakeCounts counts;
  std::string problem = sent ? "" : "the socket takes too little";
  {
    Intake intake(small, counts);
    intake.open();
    if (sent) problem = check_messages(ends[0], intake, bytes.size());
    intake.close();
  }
  ::close(ends[0]);
  if (counts.in_flight.load() != 0 || counts.connections.load() != 0) return "a message is counted for ever";
  return problem;
}

}  // namespace cvg
