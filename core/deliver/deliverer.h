// Deliverer: brings events from the outbox to tenants' webhooks.  One thread makes deliveries of outbox rows and hands out
// those that are due; workers send them.  What is not recorded as ended is sent again after a crash, under the same id.  One
// webhook gets one delivery at a time, a tenant and a host only so many at once, and turns go round.  Any thread.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/base/http_client.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "core/deliver/backoff.h"
#include "core/state/delivery_store.h"
#include "core/state/run_store.h"
#include "core/state/tenant_store.h"

namespace cvg {

struct DeliverLimits {
  std::int64_t threads = 8, tenant_parallel_max = 2, host_parallel_max = 4;
  std::int64_t waiting_max = 10'000, attempts_max = 16, timeout_ms = 10'000, response_bytes_max = 65'536, keep_days = 7;
  std::int64_t failure_percent = 5, failure_runs_min = 1;
  Backoff backoff;
};

// Since the start, for /metrics.
struct DeliverCounters {
  std::atomic<std::int64_t> delivered{0}, retried{0}, failed{0};
};

class Deliverer {
 public:
  struct Parts {  // all outlive the deliverer
    RunStore& runs;
    TenantStore& tenants;
    DeliveryStore& deliveries;
    HttpClient& http;
    std::function<Result<std::string>(const Webhook&)> secret;  // the webhook's secret in clear
    const Clock& clock;
    Log& log;
    DeliverCounters& counters;
    DeliverLimits limits;
  };
  explicit Deliverer(Parts parts);
  ~Deliverer();
  Deliverer(const Deliverer&) = delete;
  Deliverer& operator=(const Deliverer&) = delete;

  // Something may be there to send.  It is found without this, too, a moment later.
  void wake();
  // Ends the exchanges under way without recording them, and the threads.  A second call does nothing.
  void stop();

 private:
  struct Job {
    Webhook webhook;
    Delivery delivery;
    std::string host;
  };
  void loop();
  void work();
  Status fan_out();
  Result<Announcement> announce(const OutboxEntry& entry);
  // Hands out what is due; the time of the next one.
  Result<std::int64_t> hand_out();
  bool may_send(const Webhook& webhook, const std::string& host);
  void prune();
  DeliveryOutcome send(const Job& job);
  DeliveryOutcome judge(const Job& job, const Result<HttpResponse>& answer) const;
  void finish(const Job& job, const DeliveryOutcome& outcome);

  const Parts parts_;
  std::atomic<bool> stopping_{false};
  Mutex mutex_;
  CondVar woken_, queued_;
  bool wake_ CVG_GUARDED_BY(mutex_) = false;
  std::deque<Job> jobs_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, std::int64_t> busy_ CVG_GUARDED_BY(mutex_);  // "webhook:ID", "tenant:ID", "host:NAME" -> in flight
  std::int64_t in_flight_ CVG_GUARDED_BY(mutex_) = 0;
  std::string last_served_;      // the webhook after which the next turn begins; the loop's own
  std::int64_t pruned_ms_ = 0;   // monotonic; the loop's own
  std::vector<std::thread> workers_;
  std::thread thread_;
};

}  // namespace cvg
