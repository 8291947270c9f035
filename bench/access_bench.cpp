// What a request costs before its handler: the limiter's windows and the look-up of the key, in ns, each beside what cannot
// be saved: a map of counters under a mutex, the key's digest, a bare look-up in the store.  Prints "name value unit limit
// ratio goal ok|short", median of 5.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/access/authenticator.h"
#include "core/access/rate_limiter.h"
#include "core/base/mutex.h"
#include "core/base/text.h"
#include "core/state/tenant_row.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

constexpr int runs = 5, checks = 200'000, keys_of_store = 20'000;

template <class F>
double ns_each(int count, F f) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) f(i);
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count() / count;
}

template <class F>
double median_ns(int count, F f) {
  std::vector<double> all;
  for (int i = 0; i <= runs; ++i) {  // the first round warms and is not counted
    const double ns = ns_each(count, f);
    if (i > 0) all.push_back(ns);
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

void print(const char* name, double ours, double limit, double goal) {
  std::printf("%s %.0f ns %.0f %.2f goal<=%.1f %s\n", name, ours, limit, ours / limit, goal, ours / limit <= goal ? "ok" : "short");
}

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "access_bench: %s\n", why.c_str());
  std::exit(1);
}

// A counter for each key, as simple as a limiter can be; it forgets nothing and knows no window.
class Counters {
 public:
  bool check(const std::string& key, std::int64_t limit) {
    const MutexLock lock(mutex_);
    return ++counts_[key] <= limit;
  }

 private:
  Mutex mutex_;
  std::unordered_map<std::string, std::int64_t> counts_ CVG_GUARDED_BY(mutex_);
};

void bench_limiter() {
  const SystemClock clock;
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.push_back(fmt::format("tenant:tenant_number_{}", i));
  RateLimiter one(clock), many(clock), three(clock);
  Counters peer;
  const auto name = [&](int i) -> const std::string& { return names[static_cast<std::size_t>(i) % names.size()]; };
  const double bare = median_ns(checks, [&](int i) { peer.check(name(i), 1'000'000); });
  print("access_limiter_same_key", median_ns(checks, [&](int) { one.check(names[0], 1000, 60'000); }), bare, 10);
  print("access_limiter_10000_keys", median_ns(checks, [&](int i) { many.check(name(i), 1000, 60'000); }), bare, 10);
  // As the gates ask on a tenant's route: minute, hour, and all together.
  print("access_limiter_three_windows", median_ns(checks, [&](int i) {
    three.check_all({{name(i), 100, 60'000}, {name(i), 1000, 3'600'000}, {"global", 10'000, 60'000}});
  }), bare, 20);
  if (one.check(names[0], 1000, 60'000).allowed) fail("the limiter allowed more than its limit");
}

// One tenant whose keys they all are, in one transaction.
std::vector<std::string> fill(Database& database, TenantStore& tenants) {
  std::vector<std::string> keys;
  Tenant tenant;
  tenant.id = tenant.display_id = "acme_corp";
  tenant.status = "ACTIVE";
  tenant.plan = {"STARTER", 6, 180, 3, 2, 3};
  const auto row_of = [&](int i) {
    ApiKey row;
    keys.push_back(make_api_key(tenant.id));
    row.id = fmt::format("key_{}", i);
    row.tenant_id = tenant.id;
    row.hash = hash_api_key(keys.back());
    row.scopes = "*";
    return row;
  };
  if (const Status made = tenants.create(tenant, row_of(0), {}); !made.ok()) fail(made.log_text());
  const Status filled = database.write([&](Connection& c) {
    for (int i = 1; i < keys_of_store; ++i) insert_key(c, row_of(i), 1);
    return Status();
  });
  if (!filled.ok()) fail(filled.log_text());
  return keys;
}

void bench_authentication() {
  const TempFolder folder;
  Database::Options options;
  options.path = folder.file("state.db");  // in memory there would be no readers beside the writer
  Result<std::unique_ptr<Database>> database = open_database(options);
  if (!database.ok()) fail(database.status().log_text());
  SystemClock clock;
  TenantStore tenants(**database, clock);
  KeyStore key_store(**database, clock);
  const std::vector<std::string> keys = fill(**database, tenants);
  KeyUses uses(key_store, clock, {.flush_ms = 3'600'000});
  const Authenticator authenticator(tenants, "operator", &uses);
  const auto key = [&](int i) -> const std::string& { return keys[static_cast<std::size_t>(i) % keys.size()]; };
  std::size_t accepted = 0;
  const auto authenticate = [&](const std::string& text) { accepted += authenticator.authenticate(text).ok() ? 1 : 0; };

  const double digest = median_ns(checks, [&](int i) { accepted += hash_api_key(key(i % 64)).size() == 0 ? 1 : 0; });
  const double hit = median_ns(checks, [&](int i) { authenticate(key(i % 64)); });
  // Bare: the same row by its key, in a read transaction of its own.
  const double bare = median_ns(keys_of_store, [&](int i) {
    const std::string hash = hash_api_key(key(i));
    static_cast<void>((*database)->read([&](Connection& c) {
      Statement& row = c.prepare("SELECT tenant_id FROM tenant_api_keys WHERE api_key_hash = ?1");
      accepted += row.bind(1, hash).step() ? 0 : 1;
      return row.status();
    }));
  });
  const double miss = median_ns(keys_of_store, [&](int i) { authenticate(key(i)); });  // far more keys than the cache holds
  const double unknown = median_ns(keys_of_store, [&](int i) { authenticate(key(i) + "x"); });
  const double admin = median_ns(checks, [&](int) { accepted += authenticator.check_admin_key("operator").ok() ? 0 : 1; });
  print("access_key_cached", hit, digest, 3);
  print("access_key_not_cached", miss, bare, 3);
  print("access_key_unknown", unknown, bare, 2);
  print("access_admin_key", admin, digest, 2);
  const std::size_t wanted = static_cast<std::size_t>(runs + 1) * (checks + keys_of_store);
  if (accepted != wanted) fail(fmt::format("{} of {} keys were accepted", accepted, wanted));
}

}  // namespace
}  // namespace cvg

int main() {
  cvg::bench_limiter();
  cvg::bench_authentication();
  return 0;
}
