#include "core/base/http_client.h"

#include <curl/curl.h>
#include <algorithm>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>

#include "core/base/ip_address.h"
#include "core/base/mutex.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t url_bytes_max = 2048, headers_max = 200;
constexpr std::size_t handles_idle_max = 32;

struct EasyDeleter {
  void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
};
struct UrlDeleter {
  void operator()(CURLU* url) const { ::curl_url_cleanup(url); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

// What the callbacks of one exchange share.
struct Exchange {
  const HttpRequest& request;
  bool allow_private;
  HttpResponse response = {};
  std::string refused_address = {};
};

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::size_t n = size * count;
  std::string& body = exchange.response.body;
  const std::size_t room = static_cast<std::size_t>(exchange.request.response_bytes_max) - body.size();
  body.append(bytes, std::min(n, room));
  if (n <= room) return n;
  exchange.response.truncated = true;
  return 0;  // ends the transfer; the answer stands
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& response = static_cast<Exchange*>(user)->response;
  const std::string_view line = trim(std::string_view(bytes, size * count));
  if (line.starts_with("HTTP/")) response.headers.clear();  // of an informational answer before
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && response.headers.size() < headers_max)
    response.headers.emplace_back(lower_ascii(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  return size * count;
}

curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (!exchange.allow_private && !is_public_address(&address->addr)) {
    exchange.refused_address = address_text(&address->addr);
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int look_for_stop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const std::atomic<bool>* stop = static_cast<Exchange*>(user)->request.stop;
  return stop != nullptr && stop->load() ? 1 : 0;
}

template <class... Arguments>
void set(CURL* handle, CURLoption option, Arguments... arguments) {
  static_cast<void>(::curl_easy_setopt(handle, option, arguments...));
}

Status status_of(CURLcode code, const Exchange& exchange, const std::string& host) {
  if (!exchange.refused_address.empty())
    return Status(Code::denied, fmt::format("{} leads to an address that is not public", host),
                  fmt::format("{} leads to {}, which is not a public address", host, exchange.refused_address));
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK: return Status(Code::cancelled, "The exchange was stopped");
    case CURLE_OPERATION_TIMEDOUT:
      return Status(Code::deadline, fmt::format("{} did not answer within {} ms", host, exchange.request.timeout_ms));
    case CURLE_COULDNT_RESOLVE_HOST: return Status(Code::unavailable, fmt::format("the name {} cannot be resolved", host));
    case CURLE_COULDNT_CONNECT: return Status(Code::unavailable, fmt::format("no connection to {}", host));
    case CURLE_PEER_FAILED_VERIFICATION:
      return Status(Code::unavailable, fmt::format("the certificate of {} is not trusted", host));
    default: return Status(Code::unavailable, fmt::format("{}: {}", host, ::curl_easy_strerror(code)));
  }
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(HttpClientOptions options) : options_(std::move(options)) {
    static const CURLcode once = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(once);
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    CVG_ASSIGN(const HttpUrl url, check_http_url(request.url));
    if (!options_.allow_private_addresses && !is_public_literal(url.host))
      return Status(Code::denied, fmt::format("{} is not a public address", url.host));
    Easy handle = take_handle();
    if (!handle) return Status(Code::host, "no memory for an HTTP exchange");
    Exchange exchange{request, options_.allow_private_addresses};
    const CURLcode code = perform(handle.get(), exchange);
    long status = 0;
    ::curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    give_back(std::move(handle));
    const bool answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && exchange.response.truncated);
    if (!answered) return status_of(code, exchange, url.host);
    exchange.response.status = static_cast<int>(status);
    return std::move(exchange.response);
  }

 private:
  CURLcode perform(CURL* handle, Exchange& exchange) const {
    const HttpRequest& request = exchange.request;
    std::unique_ptr<curl_slist, ListDeleter> headers;
    const auto add = [&headers](const std::string& line) {
      if (curl_slist* longer = ::curl_slist_append(headers.get(), line.c_str())) {
        static_cast<void>(headers.release());
        headers.reset(longer);
      }
    };
    for (const auto& [name, value] : request.headers) add(name + ": " + value);
    add("Expect:");
    set(handle, CURLOPT_URL, request.url.c_str());
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(handle, CURLOPT_HTTPHEADER, headers.get());
    if (request.method != "GET") {
      set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(handle, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
    set(handle, CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
    set(handle, CURLOPT_OPENSOCKETDATA, static_cast<void*>(&exchange));
    set(handle, CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
    set_rules(handle);
    return ::curl_easy_perform(handle);
  }

  void set_rules(CURL* handle) const {
    set(handle, CURLOPT_WRITEFUNCTION, &take_body);
    set(handle, CURLOPT_HEADERFUNCTION, &take_header);
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(handle, CURLOPT_XFERINFOFUNCTION, &look_for_stop);
    set(handle, CURLOPT_NOPROGRESS, 0L);
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_PROXY, "");
    set(handle, CURLOPT_USERAGENT, options_.user_agent.c_str());
    if (!options_.ca_file.empty()) set(handle, CURLOPT_CAINFO, options_.ca_file.c_str());
  }

  // A handle keeps its connections, so that a receiver that is told often is not greeted every time.
  Easy take_handle() {
    {
      MutexLock lock(mutex_);
      if (!idle_.empty()) {
        Easy handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
      }
    }
    return Easy(::curl_easy_init());
  }
  void give_back(Easy handle) {
    ::curl_easy_reset(handle.get());
    MutexLock lock(mutex_);
    if (idle_.size() < handles_idle_max) idle_.push_back(std::move(handle));
  }

  const HttpClientOptions options_;
  Mutex mutex_;
  std::vector<Easy> idle_ CVG_GUARDED_BY(mutex_);
};

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (::curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  ::curl_free(text);
  return copy;
}

Status bad_url(std::string_view issue) { return Status(Code::invalid, fmt::format("the URL {}", issue)); }

}  // namespace

const std::string& HttpResponse::header(std::string_view name) const {
  static const std::string none;
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return none;
}

std::unique_ptr<HttpClient> make_http_client(HttpClientOptions options) { return std::make_unique<CurlClient>(std::move(options)); }

Result<HttpUrl> check_http_url(const std::string& url) {
  if (url.size() > url_bytes_max) return bad_url(fmt::format("is longer than {} bytes", url_bytes_max));
  for (const char c : url)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) return bad_url("has blanks or control characters");
  const std::unique_ptr<CURLU, UrlDeleter> parsed(::curl_url());
  if (!parsed) return Status(Code::host, "no memory for a URL");
  // Another scheme is taken here, so that it is refused by its name.
  if (::curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) return bad_url("is malformed");
  const std::string scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return bad_url("must begin with https:// or http://");
  if (!part_of(parsed.get(), CURLUPART_USER).empty() || !part_of(parsed.get(), CURLUPART_PASSWORD).empty())
    return bad_url("must hold no user or password");
  // The parser would take what follows one slash or three for the host.
  if (url.compare(scheme.size(), 3, "://") != 0) return bad_url("must begin with https:// or http://");
  if (url.compare(scheme.size(), 4, ":///") == 0) return bad_url("names no host");
  HttpUrl parts{scheme, lower_ascii(part_of(parsed.get(), CURLUPART_HOST)), part_of(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)};
  if (parts.host.ends_with('.')) parts.host.pop_back();  // the root's: the same name
  if (parts.host.empty()) return bad_url("names no host");
  // Other letters could be mapped to digits and dots after this look at them.
  if (std::any_of(parts.host.begin(), parts.host.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    return bad_url("must name its host in ASCII (xn--...)");
  if (parts.port == "0") return bad_url("must not name port 0");
  return parts;
}

std::int64_t retry_after_ms_of(const HttpResponse& response, std::int64_t now_ms) {
  const std::string& text = response.header("retry-after");
  if (text.empty()) return -1;
  std::int64_t seconds = 0;
  if (parse_integer(text, seconds)) return seconds < 0 ? -1 : std::min<std::int64_t>(seconds, 1'000'000'000) * 1000;
  const std::time_t at = ::curl_getdate(text.c_str(), nullptr);
  return at < 0 ? -1 : std::max<std::int64_t>(0, static_cast<std::int64_t>(at) * 1000 - now_ms);
}

}  // namespace cvg
