// What runs are executed with (RunEnvironment) and what the steps of one run share (RunContext).
#pragma once

#include <atomic>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/http_client.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "core/config/pipeline.h"
#include "core/config/template_catalog.h"
#include "core/model/run.h"
#include "core/model/tenant.h"
#include "core/plugin/objects.h"
#include "core/run/components.h"
#include "core/run/publication.h"
#include "core/run/run_events.h"
#include "core/run/run_units.h"
#include "core/run/step_slots.h"
#include "core/run/step_watch.h"
#include "core/state/run_store.h"
#include "core/state/tenant_store.h"
#include "core/warehouse/warehouse.h"

namespace cvg {

struct RunLimits {
  std::int64_t workers = 4;
  std::int64_t lease_ms = 30000;
  std::int64_t steps_parallel_max = 4;
  std::int64_t stage_bytes_max = std::int64_t{64} << 30;
  std::int64_t cancel_grace_ms = 200;
  std::int64_t variables_bytes_max = 65536;
  std::int64_t mirror_rows_max = 500;
  std::int64_t onboarding_ms_max = 60000;
  std::int64_t log_lines_max = 10'000;  // of one run
  std::int64_t attempts_max = 5;  // workers that may try a run before it is given up
};

// Counters of all runs since the start, for /metrics.
struct RunCounters {
  std::atomic<std::int64_t> runs_accepted{0}, runs_started{0}, runs_complete{0}, runs_failed{0};
  std::atomic<std::int64_t> steps_complete{0}, steps_failed{0}, steps_skipped{0}, steps_retried{0};
  std::atomic<std::int64_t> rows{0}, bytes{0}, expectations_passed{0}, expectations_failed{0};
  std::atomic<std::int64_t> run_ms{0};  // of ended runs together
};

// Why a run must stop; the later in this order wins: a run that nobody here may end any more is not ended as cancelled.
enum class StopKind : std::uint8_t { none, given_up, cancelled, shutdown, lease_lost };

// Everything outlives the workers.
struct RunEnvironment {
  RunStore& store;
  TenantStore& tenants;
  Warehouse& warehouse;
  TemplateCatalog& templates;
  Components& components;
  const SourceRoots& sources;
  StepWatch& watch;
  Clock& clock;
  Log& log;
  RunCounters& counters;
  std::string stage_dir;  // scratch folders of steps
  RunLimits limits;
  // A publication of this tenant was committed, or a run of it ended; may be empty.  Called on worker threads.
  std::function<void(const std::string& tenant_id)> published;
  std::function<void(const std::string& tenant_id)> ended;
  // Tells the worker that executes this run, if one does, that it shall end; may be empty.
  std::function<void(const std::string& run_id, const std::string& reason)> stop_run = {};
  HttpClient* http = nullptr;  // what steps send with; null: they cannot
  StepSlots* slots = nullptr;   // of all runs together; null: no limit
  RunEvents* events = nullptr;  // told of every write about a run; may be null
  // How long a plan's runs keep their logs; may be empty.
  std::function<std::int64_t(const std::string& plan)> retention_days = {};
};

// Hears what a step tells while it works.  Any thread.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual void step_logged(const StepSpec& step, std::int32_t attempt, Severity level, std::string_view message, const Json& fields) = 0;
  virtual void step_progressed(const StepSpec& step, double fraction, std::int64_t rows, std::int64_t bytes) = 0;  // fraction < 0: not known
};

// One run under way.
struct RunContext {
  RunContext(RunEnvironment& e, Run r, Tenant t, Lease l) : environment(e), run(std::move(r)), tenant(std::move(t)), lease(std::move(l)) {}

  RunEnvironment& environment;
  const Run run;
  const Tenant tenant;
  const Lease lease;
  Pipeline pipeline;
  bool reload = false;
  std::int64_t deadline_ms = std::numeric_limits<std::int64_t>::max();  // monotonic
  std::atomic<bool> cancel{false};
  RunUnits units;
  std::unique_ptr<Publication> gate;  // of a gated run
  StepObserver* observer = nullptr;   // outlives the steps; may be null

  // A run that another worker held before: its steps may be published already.
  bool resumed() const { return lease.token > 1; }

  void set_outputs(const std::string& step, Json outputs) {
    MutexLock lock(mutex_);
    outputs_[step] = std::move(outputs);
  }
  // A copy, because steps run in parallel.
  std::map<std::string, Json> outputs() const {
    MutexLock lock(mutex_);
    return outputs_;
  }
  // Any thread.
  void ask_to_stop(StopKind kind, const std::string& reason) {
    {
      MutexLock lock(mutex_);
      // Said again it changes nothing.
      if (kind <= stop_kind_) return;
      stop_kind_ = kind;
      stop_reason_ = reason;
      if (in_final_phase_ && kind <= StopKind::cancelled) return;
      cancel.store(true);
    }
    environment.watch.look();
  }
  // Notices about a run that was cancelled or took too long must still go out: from here on a cancel interrupts nothing.
  // What the run was asked until now.
  StopKind enter_final_phase() {
    MutexLock lock(mutex_);
    in_final_phase_ = true;
    if (stop_kind_ <= StopKind::cancelled) cancel.store(false);
    return stop_kind_;
  }
  StopKind stop_kind() const {
    MutexLock lock(mutex_);
    return stop_kind_;
  }
  std::string stop_reason() const {
    MutexLock lock(mutex_);
    return stop_reason_;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, Json> outputs_ CVG_GUARDED_BY(mutex_);
  bool in_final_phase_ CVG_GUARDED_BY(mutex_) = false;
  StopKind stop_kind_ CVG_GUARDED_BY(mutex_) = StopKind::none;
  std::string stop_reason_ CVG_GUARDED_BY(mutex_);
};

}  // namespace cvg
