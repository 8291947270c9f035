// Call: what stands behind the opaque cvg_call while a plugin works: for whom, until when, with which services.  One Call
// is used by one thread at a time; cancel() and the [any-thread] services may come from others.  When it is destroyed the
// handle is stale, and services answer CVG_E_STATE.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <convergence/plugin.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

// For whom a call works; values as they stand in the run.
struct CallInfo {
  std::string tenant_id, display_id, run_id, step_id, step_type, pipeline_id, run_date, trace_id;
  std::int32_t attempt = 1;
};

// The services that reach beyond the plugin layer; core/run implements them for steps and providers.  The default answers
// CVG_E_STATE ("not available in this call").
class CallServices {
 public:
  virtual ~CallServices() = default;
  virtual void log(int level, std::string_view message, const Json& fields);
  virtual void progress(double fraction, std::uint64_t rows, std::uint64_t bytes);
  virtual Result<Json> run_provider(cvg_call* call, const std::string& provider, const cvg_extract_req& request,
                                    const Json& destination);
  virtual Result<Json> run_units(const std::string& table);
  virtual Status query(cvg_call* call, const cvg_sql& sql, ArrowArrayStream* out);
  virtual Result<std::int64_t> ingest(cvg_call* call, const cvg_ingest& request);
  virtual Result<std::int32_t> sink_unit(cvg_call* call, cvg_sink* sink, const cvg_unit& unit);
  virtual Result<std::int64_t> sink_put(cvg_call* call, cvg_sink* sink, const cvg_ingest& request);
  virtual void sink_warn(cvg_sink* sink, std::string_view message);
};

class HttpClient;   // core/base/http_client.h
class StageArea;    // stage.h: scratch files of one step
class ObjectStore;  // objects.h: the objects below one source URI

class Call {
 public:
  struct Options {
    CallInfo info;
    std::int64_t deadline_monotonic_ms = 0;  // 0: none
    CallServices* services = nullptr;        // outlives the call; null: none
    StageArea* stage = nullptr;              // outlives the call; null: none
    ObjectStore* objects = nullptr;          // outlives the call; null: none
    const Clock* clock = nullptr;            // outlives the call; required
    const std::atomic<bool>* cancel = nullptr;  // shared with whoever may cancel; outlives the call; may be null
    HttpClient* http = nullptr;                 // outlives the call; null: none
  };
  explicit Call(Options options);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  cvg_call* raw();
  const Options& options() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Code::cancelled after a cancel, Code::deadline after the deadline, else ok.  Any thread, while the call lives.
Status check_running(const Call::Options& call);

// A cvg_error as the host reads it, and back.
cvg_error empty_abi_error();
Status status_from_abi(cvg_status code, const cvg_error& error, const std::string& who);
cvg_status fill_abi_error(const Status& status, cvg_error* error);

}  // namespace cvg
