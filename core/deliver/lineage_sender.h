// LineageSender: takes the outbox rows of lineage and gives their events to a collector by HTTP or to a file of lines, on a thread
// of its own: a run never waits for it and never fails by it.  What was taken is not given again; what is not taken waits, and
// with it only what else its own run has to tell.  Any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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
  std::int64_t attempts_max = 30;  // of one event that is refused while others are taken
};
struct LineageCounters {
  std::atomic<std::int64_t> sent{0}, failed{0}, dropped{0};
};

// Whether runs write lineage rows at all; rows of a transport that was switched off are removed.  At every start.
Status switch_lineage(Database& database, bool is_on);

class LineageSender {
 public:
  struct Parts {  // all outlive the sender
    Database& database;
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
  // How far an entry came, and when it is tried again.  Only the first is kept in the outbox.
  struct Progress {
    std::size_t told = 0, noted = 0;  // events
    std::int64_t tries = 0;           // of the next event
    std::int64_t refusals = 0;        // those of them since which another entry's event was taken
    std::int64_t taken = 0;           // taken_ at the last of them
    std::int64_t next_ms = 0;
  };
  void loop();
  Status send_all();
  // One round over what is due, those that never failed first.  How many entries ended; a failure when the collector seems away.
  Result<int> send_due();
  Status send_entry(const OutboxEntry& entry, Progress& progress);
  void postpone(const OutboxEntry& entry, Progress& progress, const Status& failure);
  void note(const OutboxEntry& entry, Progress& progress);
  // The first entry of each run, with its progress, and what is due of them.
  std::vector<std::pair<const OutboxEntry*, Progress*>> due_of(const std::vector<OutboxEntry>& entries);
  Result<std::vector<Json>> events_of(const OutboxEntry& entry);
  Status send(const Json& event);
  Status post(const std::string& body);
  Status append(const std::string& line);
  Status drop_excess();

  const Parts parts_;
  std::atomic<bool> stopping_{false};
  // The loop's own:
  std::int64_t failures_ = 0;               // in a row
  bool is_outage_ = false;                  // the last round failed for several tenants, or the collector asked for time
  std::int64_t taken_ = 0;                  // events
  std::map<std::int64_t, Progress> begun_;  // by the entry's id
  Mutex mutex_;
  CondVar woken_;
  bool wake_ CVG_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cvg
