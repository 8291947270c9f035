// Upkeep: keeps the tenants' datasets small and quick while they are in use: on a timer, and when the operator asks.  The
// warehouse does the work in bounded passes; here is decided when, for whom and within which limits.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "core/warehouse/warehouse.h"

namespace cvg {

struct UpkeepLimits {
  std::int64_t upkeep_minutes = 60;        // from one round over all tenants to the next; 0: only when it is asked for
  std::int64_t snapshot_keep_days = 30;
  std::int64_t file_grace_minutes = 120;   // longer than the longest reader
  std::int64_t flush_rows_min = 10000;
  std::int64_t merge_files_min = 32;
  std::int64_t merge_file_mb = 32;
  std::int64_t upkeep_mb_max = 128;        // rewritten by one pass over one tenant's dataset
};

// What the routes call.
class UpkeepService {
 public:
  virtual ~UpkeepService() = default;
  // One pass now, also over a dataset that nobody touched since the last one; what it did.  Code::not_found: no dataset.
  virtual Result<Json> run_now(const std::string& tenant_id) = 0;
};

// Sums since the start, for /metrics.
struct UpkeepCounters {
  std::atomic<std::int64_t> passes{0}, failures{0}, expired_snapshots{0}, flushed_rows{0}, merged_files{0}, rewritten_files{0};
  std::atomic<std::int64_t> deleted_files{0}, swept_files{0}, swept_folders{0};
  std::atomic<std::int64_t> locked_ms_max{0};  // the longest that a publication could have been held up
};

// Any thread; one pass a time.
class Upkeep final : public UpkeepService {
 public:
  struct Parts {  // all of them outlive the upkeep
    Warehouse& warehouse;
    const Clock& clock;
    Log& log;
    // Runs of a tenant that have not ended: what they staged is not touched.
    std::function<Result<std::vector<std::string>>(const std::string& tenant_id)> live_runs;
    std::function<void(const std::string& tenant_id)> changed;  // readers should look anew; may be empty
  };
  Upkeep(Parts parts, UpkeepLimits limits) : parts_(std::move(parts)), limits_(limits) {}
  ~Upkeep() override { stop(); }
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  void start();  // the timer, unless upkeep_minutes is 0; the first round comes after upkeep_minutes
  void stop();   // ends the pass under way; a second call does nothing
  Result<Json> run_now(const std::string& tenant_id) override;
  // One pass over what belongs to no tenant, then one over each dataset.
  void run_all();
  const UpkeepCounters& counters() const { return counters_; }

 private:
  void work();
  Result<Json> pass(const std::string& tenant_id, bool force);
  void count(const Json& report);

  const Parts parts_;
  const UpkeepLimits limits_;
  UpkeepCounters counters_;
  std::atomic<bool> stopping_{false};
  Mutex pass_mutex_;  // held during a pass
  Mutex mutex_;
  CondVar stopped_;
  bool ended_ CVG_GUARDED_BY(mutex_) = false;
  std::thread timer_;
};

}  // namespace cvg
