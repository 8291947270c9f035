// WorkerLink: the worker's end of the socket while a function of the plugin runs: which call that is, when it must end, and
// asking the server for its services.  ask() on the thread of the call; the rest from any.  A server that is gone ends the
// process: nobody is left to answer to.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <thread>

#include <convergence/plugin.h>

#include "core/base/mutex.h"
#include "core/isolated/channel.h"
#include "core/isolated/protocol.h"
#include "core/isolated/pulled_stream.h"
#include "core/isolated/stop_page.h"

namespace cvg {

// The answer to a service.
struct ServedAnswer {
  cvg_status status = CVG_E_PLUGIN;
  cvg_error error;
  std::int64_t value = 0;
  std::string text, more;
  // The status, after the error went to whoever asked; null: nowhere.
  cvg_status tell(cvg_error* out) const;
};

class WorkerLink {
 public:
  WorkerLink(Channel& channel, const StopPage& page) : channel_(channel), page_(page) {}
  WorkerLink(const WorkerLink&) = delete;
  WorkerLink& operator=(const WorkerLink&) = delete;

  cvg_call* begin(std::int64_t remaining_ms);
  // The call is over, and its answer goes to the server; nothing is told about the call after that.
  void answer(std::string_view body);

  bool is_current(const cvg_call* call) const;
  // CVG_OK, or why the call should end.
  cvg_status stop_reason() const;
  std::int64_t remaining_ms() const;
  // CVG_E_STATE outside the call or on another thread.  given: a stream that the request hands in, or null.
  ServedAnswer ask(cvg_call* call, std::string_view request, PulledFrom* given = nullptr);
  void note(cvg_call* call, std::string_view body);
  Message receive();

 private:
  void send(MessageType type, std::string_view body);
  void answer_pull(const std::string& body, PulledFrom* given);

  Channel& channel_;
  const StopPage& page_;
  Mutex send_mutex_;
  std::atomic<std::uint64_t> current_{0};  // of the running call; 0: none
  std::uint64_t last_ = 0;
  std::atomic<std::int64_t> latest_ms_{0};
  std::thread::id thread_;
};

}  // namespace cvg
