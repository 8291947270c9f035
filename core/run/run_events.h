// RunEvents: who watches a run hears of every write about it.  The rows are the truth; this only wakes.  The number of watches
// is bounded, for a tenant and altogether, because each holds a thread of the server.  Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/base/mutex.h"
#include "core/base/status.h"

namespace cvg {

class RunEvents {
 public:
  struct Limits {
    std::int64_t streams_max = 16, tenant_streams_max = 4;
    std::int64_t heartbeat_ms = 15'000, stream_ms_max = 300'000;
  };
  explicit RunEvents(Limits limits) : limits_(limits) {}
  const Limits& limits() const { return limits_; }

  class Watch {
   public:
    Watch(RunEvents& events, std::string tenant_id, std::string run_id);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    std::int64_t version() const;                         // how many writes so far
    void wait(std::int64_t version, std::int64_t ms) const;  // until there are more than so many, or the time is over

   private:
    RunEvents& events_;
    const std::string tenant_id_, run_id_;
  };
  // Code::rate_limited when the tenant watches enough already, Code::unavailable when all do.
  Result<std::unique_ptr<Watch>> watch(const std::string& tenant_id, const std::string& run_id);
  void wrote(const std::string& run_id);
  std::int64_t watches() const;

 private:
  struct Watched {
    std::int64_t watchers = 0, version = 0;
  };
  const Limits limits_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::map<std::string, Watched> runs_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, std::int64_t> tenants_ CVG_GUARDED_BY(mutex_);
  std::int64_t count_ CVG_GUARDED_BY(mutex_) = 0;
};

}  // namespace cvg
