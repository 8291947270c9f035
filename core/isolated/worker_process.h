// WorkerProcess: the server's end of one worker: its socket, its page, its process.  The destructor ends the process with
// everything that it started.  One thread; interrupt() from any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/status.h"
#include "core/isolated/channel.h"
#include "core/isolated/stop_page.h"

namespace cvg {

// Where a worker finds what it shares with the server.
constexpr int worker_socket = 3, worker_control = 4, worker_page = 5;

class WorkerProcess {
 public:
  // The kernel ends a worker with the thread that started it: call it on a thread that lives as long as the workers may.
  static Result<std::unique_ptr<WorkerProcess>> start(const std::vector<std::string>& command);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  Channel& channel() { return channel_; }
  StopPage& page() { return page_; }
  int pid() const { return pid_; }
  void interrupt() const;
  void send_signal(int number) const;
  bool ended() const;
  // "ended by signal 11 (Segmentation fault)"; waits a moment for a process that is just ending, and ends one that does not.
  std::string describe_end();

 private:
  WorkerProcess(Channel channel, Fd control, StopPage page, int pid) : channel_(std::move(channel)), control_(std::move(control)), page_(std::move(page)), pid_(pid) {}
  Channel channel_;
  Fd control_;
  StopPage page_;
  const int pid_;
};

}  // namespace cvg
