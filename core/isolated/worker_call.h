// WorkerCall: one message to a worker and its answer, with all that happens between: services that the plugin asks for,
// streams, and the end of a worker that does not stop in time or dies.  The thread of the call.
#pragma once

#include <string>

#include <convergence/plugin.h>

#include "core/base/clock.h"
#include "core/isolated/service_answers.h"
#include "core/isolated/worker_process.h"

namespace cvg {

// Each is an option of server.yml, isolation.*.
struct IsolationLimits {
  std::int64_t workers_max = 4;         // of one component, at work at once
  std::int64_t memory_mb = 1024;        // address space of one worker beyond its start
  std::int64_t kill_grace_ms = 2000;    // from a stop to SIGTERM, and from there to SIGKILL
  std::int64_t call_seconds_max = 60;   // a call that has no deadline of its own
};

class WorkerCall {
 public:
  // who: "the plugin acme"; all outlive this object.
  WorkerCall(WorkerProcess& worker, const IsolationLimits& limits, const std::string& who, cvg_call* call, cvg_sink* sink);
  ~WorkerCall();
  WorkerCall(const WorkerCall&) = delete;
  WorkerCall& operator=(const WorkerCall&) = delete;

  // The body of the message of type wanted.  An error tells how the worker ended; it is of no use then.
  Result<std::string> exchange(MessageType type, std::string_view body, MessageType wanted);

  // Milliseconds until the call should end; what a worker is told.
  static std::int64_t remaining_ms(cvg_call* call, const IsolationLimits& limits);

 private:
  Result<std::string> await(MessageType wanted);
  Status tick();
  Status reason_to_stop() const;
  void stop_by_force(int number, std::int64_t now);
  Status ended(const Status& status);
  Result<std::string> pull(Pull what);

  WorkerProcess& worker_;
  const IsolationLimits& limits_;
  const std::string& who_;
  cvg_call* const call_;
  ServiceAnswers services_;
  const SystemClock clock_;
  const std::int64_t latest_ms_;
  std::int64_t next_ms_ = 0;
  int forced_ = 0;  // the last signal
  bool stopping_ = false;
  Status stop_reason_;
};

}  // namespace cvg
