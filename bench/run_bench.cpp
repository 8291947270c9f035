// Runs: how many no-op runs of one step the engine carries to their end each second, and how long one takes from trigger to
// COMPLETE, with 1, 64 and 1,000 tenants; every acceptance, lease and end durable in a state store on disk.  Each is compared
// with the store's own floor: the same three dependent commits (begin, lease, finish) with nothing between them.  Then the
// memory of 10,000 tenants.  Lines: `name value unit limit ratio goal ok|short`, median of 3.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/run/run_acceptor.h"
#include "core/run/worker_pool.h"
#include "tests/fakes/fake_components.h"
#include "tests/fakes/memory_warehouse.h"

namespace cvg {
namespace {

constexpr int rounds = 3, workers = 16;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}
double resident_mb() {
  std::ifstream statm("/proc/self/statm");
  long size = 0, resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}
void line(const std::string& name, double value, const char* unit, double limit, double goal, bool at_least) {
  const double ratio = limit > 0 ? value / limit : 0;
  const bool ok = at_least ? ratio >= goal : ratio <= goal;
  std::printf("%s %.2f %s %.2f %.2f goal%s%g %s\n", name.c_str(), value, unit, limit, ratio, at_least ? ">=" : "<=", goal, ok ? "ok" : "short");
  std::fflush(stdout);
}
[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "run_bench: %s\n", why.c_str());
  std::exit(1);
}

struct Figures {
  double runs_per_second = 0, p50_ms = 0, p99_ms = 0;
};

class Engine {
 public:
  Engine() {
    std::filesystem::create_directories(root_ + "/bench/flow");
    std::ofstream(root_ + "/bench/flow/noop.yml") << "description: Nothing\nsteps: [{step_id: a, type: ok}]\n";
    auto opened = open_database({.path = root_ + "/state.db"});
    if (!opened.ok()) give_up(opened.status().log_text());
    database_ = std::move(*opened);
    store_.emplace(*database_, clock_);
    tenants_.emplace(*database_, clock_);
    components_.steps["ok"] = [](cvg_call*, const Json&, Json&) { return Status(); };
    templates_.emplace(std::vector<std::string>{root_}, components_);
    watch_.emplace(clock_, 200);
    RunLimits limits;
    limits.workers = workers;
    environment_.emplace(RunEnvironment{*store_, *tenants_, warehouse_, *templates_, components_, sources_, *watch_, clock_, log_,
                                        counters_, root_ + "/stage", limits, {}, {}});
    acceptor_.emplace(*environment_);
  }
  ~Engine() {
    pool_.reset();
    database_.reset();
    std::filesystem::remove_all(root_);
  }

  void add_tenants(int count) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 16; ++t) {
      threads.emplace_back([&, t] {
        for (int i = t; i < count; i += 16) add_tenant(fmt::format("tenant_{}", i));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  void start() {
    pool_.emplace(*database_, *environment_);
    if (const Status status = pool_->start(); !status.ok()) give_up(status.text());
  }

  // So many clients, each with tenants of its own, trigger one run after the other and wait for its end.
  Figures measure(int tenants, int clients, int runs) {
    std::vector<std::vector<double>> took(static_cast<std::size_t>(clients));
    const double begun = seconds_now();
    std::vector<std::thread> threads;
    for (int c = 0; c < clients; ++c) {
      threads.emplace_back([&, c] {
        for (int i = c; i < runs; i += clients) took[static_cast<std::size_t>(c)].push_back(one_run(fmt::format("tenant_{}", i % tenants)));
      });
    }
    for (std::thread& thread : threads) thread.join();
    return figures(took, seconds_now() - begun, runs);
  }
  // The same commits with nothing between them.
  Figures floor(int clients, int runs) {
    std::vector<std::vector<double>> took(static_cast<std::size_t>(clients));
    const double begun = seconds_now();
    std::vector<std::thread> threads;
    for (int c = 0; c < clients; ++c) {
      threads.emplace_back([&, c] {
        for (int i = c; i < runs; i += clients) took[static_cast<std::size_t>(c)].push_back(three_commits(fmt::format("floor_{}", c)));
      });
    }
    for (std::thread& thread : threads) thread.join();
    return figures(took, seconds_now() - begun, runs);
  }

 private:
  static Figures figures(const std::vector<std::vector<double>>& took, double seconds, int runs) {
    std::vector<double> all;
    for (const auto& part : took) all.insert(all.end(), part.begin(), part.end());
    return {runs / seconds, percentile(all, 0.5), percentile(all, 0.99)};
  }
  static Tenant make_tenant(const std::string& id) {
    Tenant tenant;
    tenant.id = tenant.display_id = tenant.company_name = id;
    tenant.admin_email = "a@example.com";
    tenant.plan = {"BENCH", 100'000'000, 100'000'000, 1000, 1, 1};
    tenant.status = "ACTIVE";
    return tenant;
  }
  void add_tenant(const std::string& id) {
    ApiKey key;
    key.id = id + "-key";
    key.tenant_id = id;
    key.hash = id + "-hash";
    key.scopes = "*";
    if (const Status made = tenants_->create(make_tenant(id), key, {}); !made.ok()) give_up(made.log_text());
  }
  double one_run(const std::string& tenant_id) {
    TriggerRequest request;
    request.tenant = make_tenant(tenant_id);
    request.provider = "bench";
    request.domain = "flow";
    request.template_name = "noop";
    request.body = Json::object();
    const double begun = seconds_now();
    const Result<Triggered> triggered = acceptor_->trigger(request);
    if (!triggered.ok()) give_up(triggered.status().log_text());
    const Result<Run> ended = pool_->wait(tenant_id, triggered->run_id, 60'000);
    if (!ended.ok() || ended->state != RunState::complete) give_up(ended.ok() ? ended->error_message : ended.status().log_text());
    return (seconds_now() - begun) * 1e3;
  }
  double three_commits(const std::string& tenant_id) {
    Run run;
    run.tenant_id = tenant_id;
    run.pipeline_id = tenant_id + random_uuid();  // another client may still hold the one before
    const double begun = seconds_now();
    if (const auto made = store_->begin(run, make_tenant(tenant_id).plan, true, {}); !made.ok()) give_up(made.status().log_text());
    const auto leased = store_->lease(30'000, "floor");
    if (!leased.ok() || !*leased) give_up("nothing could be leased");
    if (const Status done = store_->finish((*leased)->second, RunState::complete, "", 0, {}); !done.ok()) give_up(done.log_text());
    return (seconds_now() - begun) * 1e3;
  }

  static std::string make_root() {
    std::string name = (std::filesystem::temp_directory_path() / "run_bench_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) give_up("no temporary folder can be made");
    return name;
  }

  const std::string root_ = make_root();
  SystemClock clock_;
  Log log_{Severity::error};
  std::unique_ptr<Database> database_;
  std::optional<RunStore> store_;
  std::optional<TenantStore> tenants_;
  MemoryWarehouse warehouse_;
  FakeComponents components_;
  SourceRoots sources_;
  std::optional<TemplateCatalog> templates_;
  std::optional<StepWatch> watch_;
  RunCounters counters_;
  std::optional<RunEnvironment> environment_;
  std::optional<RunAcceptor> acceptor_;
  std::optional<WorkerPool> pool_;
};

Figures median(std::vector<Figures> all) {
  std::sort(all.begin(), all.end(), [](const Figures& a, const Figures& b) { return a.runs_per_second < b.runs_per_second; });
  return all[all.size() / 2];
}

void bench_runs() {
  struct Case {
    int tenants, clients, runs;
  };
  for (const Case& c : {Case{1, 1, 300}, Case{64, 64, 6000}, Case{1000, 64, 6000}}) {
    std::vector<Figures> ours, floors;
    for (int round = 0; round < rounds; ++round) {
      Engine engine;
      engine.add_tenants(c.tenants);
      floors.push_back(engine.floor(c.clients, c.runs));
      engine.start();
      ours.push_back(engine.measure(c.tenants, c.clients, c.runs));
    }
    const Figures us = median(ours), least = median(floors);
    const std::string name = fmt::format("runs_{}_tenants", c.tenants);
    line(name + "_per_second", us.runs_per_second, "runs/s", least.runs_per_second, 0.25, true);
    line(name + "_p50", us.p50_ms, "ms", least.p50_ms, 4, false);
    line(name + "_p99", us.p99_ms, "ms", least.p99_ms, 8, false);
  }
}

void bench_memory() {
  const double before = resident_mb();
  Engine engine;
  engine.add_tenants(10'000);
  engine.start();
  static_cast<void>(engine.measure(10'000, 32, 10'000));
  // A tenant costs rows, not memory: as much as the store's cache, whatever their number.
  line("runs_10000_tenants_rss", resident_mb() - before, "MiB", 100, 1, false);
}

}  // namespace
}  // namespace cvg

int main() {
  cvg::bench_memory();
  cvg::bench_runs();
}
