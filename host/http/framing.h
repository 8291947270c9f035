// Framing: where a message's head and body end, decided on the received bytes and strictly.  Whatever two readers could
// understand in two ways is refused and ends the connection: a front proxy and this server must never disagree about where
// the next request begins.  Rules: RFC 9112, sections 2 to 7; limits.md tells what CivetWeb's own reader lets pass.
// Pure functions and values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/http/request.h"

namespace cvg {

struct FramingLimits {
  std::int64_t request_line_bytes_max = 8192;
  std::int64_t header_bytes_max = 8192;  // all header lines with their line ends
  std::int64_t header_count_max = 64;
  std::int64_t body_bytes_max = 10 << 20;
};

// Why a message is refused; status 0: it is not.
struct Refusal {
  int status = 0;
  std::string text;
  explicit operator bool() const { return status != 0; }
};

enum class BodyKind : std::uint8_t { none, length, chunked };

struct Head {
  Request request;
  BodyKind body = BodyKind::none;
  std::int64_t content_length = 0;  // of BodyKind::length
  bool expects_continue = false;
  bool wants_close = false;  // the client ends the connection after this answer
  Refusal refusal;           // then the rest is not to be trusted
};

// How much of buffer is a head: end > 0: it ends there (behind the empty line); refusal: it can never become a head; else
// more bytes are wanted.  scanned is where the last call stopped, so that a slow head is not scanned again and again.
struct HeadSearch {
  std::size_t end = 0;
  Refusal refusal;
};
HeadSearch find_head_end(std::string_view buffer, std::size_t& scanned, const FramingLimits& limits);

// bytes: a whole head with its empty line.  The views of the result point into bytes.
Head parse_head(std::string_view bytes, const FramingLimits& limits);

}  // namespace cvg
