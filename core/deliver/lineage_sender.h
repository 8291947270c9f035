// LineageSender: takes the outbox rows of lineage in their order and gives their events to a collector by HTTP or to a file of
// lines, on a thread of its own: a run never waits for it and never fails by it.  Any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "core/base/clock.h"
#include "core/base/http_client.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "core/deliver/backoff.h"
#include "core/deliver/lineage_event.h"
#include "core/state/database.h"
#include "core/state/run_store.h"
#include "core/state/tenant_store.h"

namespace cvg {

struct LineageSettings {
  std::string transport = "none";  // none, http, file
  std::string url;                 // of the collector; /api/v1/lineage is added unless it has a path
  std::string file;
  std::string api_key;  // sent as a bearer token; empty: none
  std::int64_t timeout_ms = 10'000, waiting_max = 100'000;
  LineageNames names;
  Backoff backoff;
};
struct LineageCounters {
  std::atomic<std::int64_t> sent{0}, failed{0}, dropped{0};
};

// Whether runs write lineage rows at all; rows of a transport that was switched off are removed.  At every start.
Status switch_lineage(Database& database, bool is_on);

class LineageSender {
 public:
  struct Parts {  // all outlive the sender
    RunStore& runs;
    TenantStore& tenants;
    HttpClient& http;
    // The columns of the tenant's tables; may be empty, may fail.
    std::function<Result<std::map<std::string, Json>>(const Tenant&)> schemas;
    const Clock& clock;
    Log& log;
    LineageCounters& counters;
    LineageSettings settings;
  };
  explicit LineageSender(Parts parts);
  ~LineageSender();
  LineageSender(const LineageSender&) = delete;
  LineageSender& operator=(const LineageSender&) = delete;
  void wake();
  void stop();  // a second call does nothing

 private:
  void loop();
  Status send_all();
  Result<std::vector<Json>> events_of(const OutboxEntry& entry);
  Status send(const Json& event);
  Status post(const std::string& body);
  Status append(const std::string& line);
  Status drop_excess();

  const Parts parts_;
  std::atomic<bool> stopping_{false};
  std::int64_t failures_ = 0;  // in a row; the loop's own
  Mutex mutex_;
  CondVar woken_;
  bool wake_ CVG_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cvg
