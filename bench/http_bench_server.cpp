#include "bench/http_bench_server.h"

#include <civetweb.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/text.h"

namespace cvg {
namespace {

void must(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "http_bench: %s\n", status.log_text().c_str());
  std::exit(1);
}

constexpr const char* noop_template = R"(description: "One step that does nothing"
version: 1
steps:
  - {step_id: nothing, type: wait, seconds: 0}
)";

const PlanLimits bench_plan{"BENCH", 1'000'000'000, 1'000'000'000, 1'000'000'000, 1, 1};

}  // namespace

BenchServer::BenchServer(std::int64_t workers) {
  std::string pattern = (std::filesystem::temp_directory_path() / "convergence-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) must(Status(Code::unavailable, "no temporary folder"));
  folder_ = pattern;
  write_templates();
  ServerConfig config = default_server_config();
  config.listen = "127.0.0.1:0";
  config.data_dir = folder_ + "/data";
  config.configs_dirs = {folder_ + "/configs"};
  config.plans_file = folder_ + "/plans.yml";
  config.run.workers = workers;
  config.log.level = "error";
  config.rate_limits.tenant_per_minute = config.rate_limits.tenant_per_hour = 1'000'000'000;
  config.rate_limits.run_per_minute = config.rate_limits.global_per_minute = 1'000'000'000;
  for (const char* name : {"ducklake", "local", "wait"}) {
    PluginOption plugin;
    plugin.name = name;
    plugin.path = plugin.name + ".so";
    plugin.config = Json::object();
    config.plugins.push_back(plugin);
  }
  const Installation installation(std::string(CVG_BINARY_DIR) + "/bin/convergence");
  installation.complete(config);
  parts_ = std::make_unique<Parts>(std::move(config));
  must(parts_->start(installation));
  add_tenants();
}

BenchServer::~BenchServer() {
  parts_.reset();
  std::filesystem::remove_all(folder_);
}

void BenchServer::write_templates() const {
  const std::string folder = folder_ + "/configs/bench/noop";
  std::filesystem::create_directories(folder);
  for (int i = 0; i < bench_templates; ++i) std::ofstream(fmt::format("{}/t{}.yml", folder, i)) << noop_template;
  std::ofstream(folder_ + "/plans.yml") << "BENCH: {daily: 1000000000, monthly: 1000000000, concurrent: 1000000000, team: 1, providers: 1}\n";
}

void BenchServer::add_tenants() {
  tenants_.resize(bench_tenants);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([this, t] {
      for (int i = t; i < bench_tenants; i += 8) {
        Tenant& row = tenants_[static_cast<std::size_t>(i)];
        row.id = row.display_id = tenant(i);
        row.company_name = "Bench";
        row.admin_email = "bench@example.com";
        row.plan = bench_plan;
        row.status = "ACTIVE";
        ApiKey api_key;
        api_key.id = "key_" + row.id;
        api_key.tenant_id = row.id;
        api_key.hash = hash_api_key(key(i));
        api_key.scopes = "*";
        must(parts_->tenants->create(row, api_key, {}));
      }
    });
  for (std::thread& thread : threads) thread.join();
}

BareServer::BareServer(int threads, std::function<std::string()> answer) : answer_(std::move(answer)) {
  const std::string count = std::to_string(threads);
  const char* options[] = {"listening_ports", "127.0.0.1:0", "num_threads", count.c_str(), "enable_keep_alive", "yes",
                           "tcp_nodelay",     "1",           "decode_url",  "no",          nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = [](mg_connection* connection) {
    const std::string body = static_cast<BareServer*>(mg_get_user_data(mg_get_context(connection)))->body();
    const std::string bytes = fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: keep-alive\r\n\r\n{}", body.size(), body);
    mg_write(connection, bytes.data(), bytes.size());
    return 200;
  };
  context_ = mg_start(&callbacks, this, options);
  mg_server_port port{};
  if (context_ == nullptr || mg_get_server_ports(context_, 1, &port) < 1) must(Status(Code::unavailable, "no bare server"));
  port_ = port.port;
}

BareServer::~BareServer() { mg_stop(context_); }

}  // namespace cvg
