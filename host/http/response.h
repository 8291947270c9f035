// Response: one answer as plain values, and its bytes.  Values; any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "core/base/json.h"

namespace cvg {

// Where the body of a stream is written, piece by piece, on the connection's thread.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  virtual bool write(std::string_view bytes) = 0;  // false: nobody reads any more
  virtual bool stopping() const = 0;               // the server drains: the stream must end
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::shared_ptr<const OpenFile> file;  // when it is set, its bytes are the body, sent piece by piece
  std::vector<std::pair<std::string, std::string>> headers;  // beyond those that to_bytes() writes itself
  bool close = false;                                        // the connection ends after this answer
  // When set, it writes the body, whose end is the connection's; it holds a thread until it returns, so who sets it bounds
  // how many there are and how long they last.
  std::function<void(StreamWriter&)> stream = {};

  Response& with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

Response json_response(const Json& body, int status = 200);
std::string_view reason_of(int status);  // "Not Found"

std::int64_t body_bytes(const Response& response);

// Head and body in one buffer, so that one write sends them: two writes cost half the rate.  without_body: the answer to
// HEAD, which has the Content-Length of the body that GET would send.  The bytes of a file are not among them.
std::string to_bytes(const Response& response, bool without_body);

}  // namespace cvg
