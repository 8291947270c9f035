// HttpLoad: keep-alive clients over loopback on one thread: each connection sends its next request when the last one was
// answered.  For benches; bounded by a number of requests.  One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cvg {

struct LoadResult {
  double seconds = 0;
  std::int64_t answers = 0;   // with the wanted status
  std::int64_t failures = 0;  // another status, or the connection ended
  std::int64_t p50_us = 0, p99_us = 0;
  std::string first_failure;  // that answer's beginning
  double per_second() const { return seconds > 0 ? static_cast<double>(answers) / seconds : 0; }
};

struct LoadPlan {
  int port = 0;
  int connections = 1;
  std::int64_t requests = 1000;                      // of all connections together
  std::function<std::string(std::int64_t)> request;  // the bytes of request number i
  int status = 200;
};

LoadResult run_load(const LoadPlan& plan);

// One connection; for what must be asked one after the other.
class LoadClient {
 public:
  explicit LoadClient(int port);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;
  struct Answer {
    int status = 0;  // 0: the connection ended
    std::string body;
  };
  Answer ask(const std::string& request);

 private:
  int fd_;
};

std::string http_request(const std::string& method, const std::string& path, const std::string& key, const std::string& body = "");

}  // namespace cvg
