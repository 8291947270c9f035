// HTTP: an authenticated GET, durable triggers, and a whole run, each beside the least that the same library and the same
// state store could do.  Client and server share the machine.  Lines: `name value unit limit ratio goal ok|short`, median of 5.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "bench/http_bench_server.h"
#include "bench/http_load.h"
#include "core/base/random.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr int rounds = 5;
constexpr int threads = 64;
constexpr std::int64_t get_requests = 40'000;
constexpr int run_samples = 300;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void line(const std::string& name, double value, const char* unit, double limit, double ratio, double goal, bool at_least) {
  const bool ok = at_least ? ratio >= goal : ratio <= goal;
  std::printf("%s %.2f %s %.2f %.2f goal%s%g %s\n", name.c_str(), value, unit, limit, ratio, at_least ? ">=" : "<=", goal, ok ? "ok" : "short");
  std::fflush(stdout);
}

// Processor time of this process so far, clients and server together, in microseconds.
double used_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

// Two clients' threads, so that the load is not what is measured.
double rate(int port, int connections, std::int64_t requests, const std::function<std::string(std::int64_t)>& request) {
  LoadResult results[2];
  std::vector<std::thread> clients;
  const auto begun = std::chrono::steady_clock::now();
  for (int c = 0; c < 2; ++c)
    clients.emplace_back([&, c] {
      LoadPlan plan;
      plan.port = port;
      plan.connections = connections / 2;
      plan.requests = requests / 2;
      plan.request = [&, c](std::int64_t i) { return request(c * (requests / 2) + i); };
      results[c] = run_load(plan);
    });
  for (std::thread& client : clients) client.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  for (const LoadResult& result : results) {
    if (result.failures == 0) continue;
    std::fprintf(stderr, "http_bench: %lld requests failed, the first with: %s\n", static_cast<long long>(result.failures), result.first_failure.c_str());
    std::exit(1);
  }
  return static_cast<double>(results[0].answers + results[1].answers) / seconds;
}

std::string trigger_path(std::int64_t i) {
  return fmt::format("/api/v1/pipelines/run/{}/bench/noop/t{}", BenchServer::tenant(static_cast<int>(i / bench_templates) % bench_tenants),
                     i % bench_templates);
}

std::string trigger(std::int64_t i) {
  return http_request("POST", trigger_path(i), BenchServer::key(static_cast<int>(i / bench_templates) % bench_tenants));
}

void bench_get(BenchServer& server) {
  LoadClient client(server.port());
  const Result<Json> accepted = parse_json(client.ask(trigger(0)).body);
  if (!accepted.ok()) std::exit(1);
  const std::string path = "/api/v1/pipelines/runs/" + (*accepted)["pipeline_logging_id"].text();
  const std::string request = http_request("GET", path, BenchServer::key(0));
  const LoadClient::Answer answer = client.ask(request);
  if (answer.status != 200) std::exit(1);
  const BareServer bare(threads, [body = answer.body] { return body; });
  std::vector<double> ours, theirs, our_us, their_us;
  for (int round = 0; round < rounds; ++round) {
    const double before = used_us();
    theirs.push_back(rate(bare.port(), 32, get_requests, [&](std::int64_t) { return request; }));
    const double between = used_us();
    ours.push_back(rate(server.port(), 32, get_requests, [&](std::int64_t) { return request; }));
    their_us.push_back((between - before) / get_requests);
    our_us.push_back((used_us() - between) / get_requests);
  }
  std::printf("http_authenticated_get_processor_time %.1f us/req, bare %.1f us/req (client and server together)\n", median(our_us), median(their_us));
  line("http_authenticated_get", median(ours), "req/s", median(theirs), median(ours) / median(theirs), 0.6, true);
}

// The statements of an accepted run, with nothing of HTTP's rules, keys, limits or templates around them.
std::string bare_begin(BenchServer& server, std::atomic<std::int64_t>& next) {
  const std::int64_t i = next.fetch_add(1);
  const Tenant& tenant = server.tenant_row(static_cast<int>(i) % bench_tenants);
  Run run;
  run.id = random_uuid();
  run.tenant_id = tenant.id;
  run.provider = "bare";
  run.domain = "noop";
  run.template_name = fmt::format("t{}", i);
  run.pipeline_id = fmt::format("{}-bare-noop-t{}", tenant.id, i);
  run.trigger_type = "api";
  run.trigger_by = "api_user";
  run.run_date = "2026-05-01";
  run.parameters_json = "{}";
  run.created_ms = server.parts().clock.now_ms();
  run.steps_total = 1;
  AuditEntry audit;
  audit.at_ms = run.created_ms;
  audit.tenant_id = tenant.id;
  audit.action = "pipeline.run";
  audit.target = run.pipeline_id;
  const auto begun = server.parts().run_store->begin(run, tenant.plan, true, audit);
  if (!begun.ok()) std::exit(1);
  return fmt::format("{{\"pipeline_logging_id\":\"{}\",\"status\":\"PENDING\"}}", begun->run_id);
}

// The same writer without HTTP: what group commit gives so many threads.
double raw_commits(BenchServer& server, int writers, std::int64_t commits) {
  std::atomic<std::int64_t> left{commits};
  std::vector<std::thread> pool;
  const auto begun = std::chrono::steady_clock::now();
  for (int t = 0; t < writers; ++t)
    pool.emplace_back([&] {
      while (left.fetch_sub(1) > 0) {
        const Status status = server.parts().database->write([](Connection& connection) {
          connection.prepare("UPDATE tenant_profiles SET updated_ms = updated_ms + 1 WHERE tenant_id = ?1").bind(1, "bench_0").step();
          return Status();
        });
        if (!status.ok()) std::exit(1);
      }
    });
  for (std::thread& thread : pool) thread.join();
  return static_cast<double>(commits) / std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void bench_triggers(BenchServer& server, int connections, std::int64_t requests, std::int64_t& used) {
  std::atomic<std::int64_t> next{used * 1000};
  const BareServer bare(threads, [&] { return bare_begin(server, next); });
  const std::string bare_request = http_request("POST", "/", BenchServer::key(0));
  std::vector<double> ours, theirs, raw;
  for (int round = 0; round < rounds; ++round) {
    raw.push_back(raw_commits(server, connections, requests));
    theirs.push_back(rate(bare.port(), connections, requests, [&](std::int64_t) { return bare_request; }));
    ours.push_back(rate(server.port(), connections, requests, [&, base = used](std::int64_t i) { return trigger(base + i); }));
    used += requests;
  }
  std::printf("http_raw_group_commit_%d %.0f commits/s\n", connections, median(raw));
  line(fmt::format("http_durable_trigger_{}", connections), median(ours), "req/s", median(theirs), median(ours) / median(theirs), 0.7, true);
}

void bench_runs(BenchServer& server) {
  LoadClient client(server.port());
  std::vector<double> took_ms;
  for (int i = 0; i < run_samples; ++i) {
    const int tenant = i % bench_tenants;
    const auto begun = std::chrono::steady_clock::now();
    const Result<Json> accepted = parse_json(client.ask(http_request("POST", fmt::format("/api/v1/pipelines/run/{}/bench/noop/t0", BenchServer::tenant(tenant)), BenchServer::key(tenant))).body);
    if (!accepted.ok()) std::exit(1);
    const std::string get = http_request("GET", "/api/v1/pipelines/runs/" + (*accepted)["pipeline_logging_id"].text(), BenchServer::key(tenant));
    for (std::string status; status != "COMPLETE";) {
      const Result<Json> run = parse_json(client.ask(get).body);
      if (!run.ok() || (*run)["status"].text() == "FAILED") {
        std::fprintf(stderr, "http_bench: a run failed: %s\n", run.ok() ? run->dump().c_str() : "no answer");
        std::exit(1);
      }
      status = (*run)["status"].text();
    }
    took_ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
  }
  std::sort(took_ms.begin(), took_ms.end());
  const double p50 = took_ms[took_ms.size() / 2], p99 = took_ms[took_ms.size() * 99 / 100];
  line("http_trigger_to_complete_p50", p50, "ms", 3.4, p50 / 3.4, 1, false);
  line("http_trigger_to_complete_p99", p99, "ms", 15, p99 / 15, 1, false);
}

}  // namespace
}  // namespace cvg

int main() {
  {
    cvg::BenchServer server(0);
    cvg::bench_get(server);
    std::int64_t used = 1;
    cvg::bench_triggers(server, 8, 1'000, used);
    cvg::bench_triggers(server, 64, 2'000, used);
  }
  cvg::BenchServer server(4);
  cvg::bench_runs(server);
}
