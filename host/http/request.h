// Request: what one HTTP message asks, as plain values, so that router, gates and handlers are tested without a socket.
// The views point into the connection's buffer (or a test's literals) and live until the answer was written.  One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace cvg {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };
Method method_from_text(std::string_view text);  // case-sensitive, as the standard wants it
std::string_view to_text(Method method);

struct Header {
  std::string_view name, value;  // the value without blanks around it
};

struct Request {
  Method method = Method::get;
  std::string_view method_text = "GET";
  std::string_view path = "/";  // as sent: not decoded
  std::string_view query;       // after '?', as sent
  int minor_version = 1;        // of HTTP/1.x
  std::vector<Header> headers;
  std::string client_address;

  // The value of the first header of this name (any case); empty: there is none.
  std::string_view header(std::string_view name) const;
  // The decoded value of a query parameter; nullopt: absent.  A repeated one: the first.
  std::optional<std::string> parameter(std::string_view name) const;
};

// Reads what follows the head, once.  Code::limit: it is larger than body_bytes_max; Code::deadline: it came too slowly;
// Code::invalid: its framing is wrong; Code::unavailable: the client went away.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual Result<std::string> read() = 0;
};

// Percent-decodes; false: a '%' without two hexadecimal digits.  '+' is a blank in a query, itself in a path.
bool percent_decode(std::string_view text, bool plus_is_blank, std::string& out);

}  // namespace cvg
