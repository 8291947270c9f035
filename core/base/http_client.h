// HttpClient: one HTTP exchange at a time per call, for what the server itself sends; the wall around libcurl.  No redirect
// is followed, no proxy of the environment is used, certificates are verified.  Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/status.h"

namespace cvg {

struct HttpRequest {
  std::string method = "POST";
  std::string url = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::int64_t timeout_ms = 10'000;          // for the whole exchange
  std::int64_t response_bytes_max = 65'536;  // more of the body is not read
  const std::atomic<bool>* stop = nullptr;   // becomes true: the exchange ends with Code::cancelled; may be null
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case, in their order
  std::string body = {};
  bool truncated = false;

  // The value of the first header of this name (lower case); empty: there is none.
  const std::string& header(std::string_view name) const;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Any answer is ok, whatever its status.  Code::unavailable: no answer came; Code::deadline: not in time; Code::denied: the
  // host's address is not a public one; Code::invalid: the URL is none of ours (check_http_url).
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

struct HttpClientOptions {
  // Every address is judged when its socket is made, so that a name that resolves differently later gains nothing.
  bool allow_private_addresses = false;
  std::string user_agent = "convergence";
  std::string ca_file = {};  // trusted certificates; empty: the system's
};
std::unique_ptr<HttpClient> make_http_client(HttpClientOptions options);

// What of a URL matters to whoever judges it; parsed by the same parser that connects.
struct HttpUrl {
  std::string scheme, host, port;  // host in lower case, IPv6 in brackets; port as a number, also the default one
};
// http or https, a host, no user or password, at most 2048 bytes, no control characters.  Code::invalid tells what is wrong.
Result<HttpUrl> check_http_url(const std::string& url);

// What Retry-After asks for: seconds, or an HTTP date seen from now_ms.  -1: nothing, or nothing that can be read.
std::int64_t retry_after_ms_of(const HttpResponse& response, std::int64_t now_ms);

}  // namespace cvg
