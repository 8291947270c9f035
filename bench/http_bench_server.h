// What http_bench measures: the whole server with tenants and templates of its own, and bare CivetWeb handlers beside it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/app/parts.h"

struct mg_context;

namespace cvg {

constexpr int bench_tenants = 400, bench_templates = 40;

// The server in this process, on data that ends with it.
class BenchServer {
 public:
  // workers 0: runs are accepted and stay PENDING.
  explicit BenchServer(std::int64_t workers);
  ~BenchServer();
  Parts& parts() { return *parts_; }
  int port() const { return parts_->server->port(); }
  static std::string tenant(int i) { return "bench_" + std::to_string(i); }
  static std::string key(int i) { return tenant(i) + "_api_0123456789abcdef"; }
  const Tenant& tenant_row(int i) const { return tenants_[static_cast<std::size_t>(i)]; }

 private:
  void write_templates() const;
  void add_tenants();
  std::string folder_;
  std::unique_ptr<Parts> parts_;
  std::vector<Tenant> tenants_;
};

// CivetWeb alone with as many threads: every request is answered by one mg_write of what answer() gives.
class BareServer {
 public:
  BareServer(int threads, std::function<std::string()> answer);
  ~BareServer();
  int port() const { return port_; }
  std::string body() const { return answer_(); }

 private:
  std::function<std::string()> answer_;
  mg_context* context_ = nullptr;
  int port_ = 0;
};

}  // namespace cvg
