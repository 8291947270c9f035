// SessionParent and SessionProcess: the server's ends of the warm parent and of one session.  Each is used by one thread
// at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/warehouse/sessions.h"

namespace cvg {

// One session.  Its destruction kills the process and removes its folder.
class SessionProcess {
 public:
  SessionProcess(Fd socket, Fd process, std::string scratch)
      : socket_(std::move(socket)), process_(std::move(process)), scratch_(std::move(scratch)) {}
  ~SessionProcess();
  SessionProcess(const SessionProcess&) = delete;
  SessionProcess& operator=(const SessionProcess&) = delete;

  Status open(const SessionQuery& query, const SessionLimits& limits);
  // Too much time or memory is Code::limit; the session must not be used again then: usable() says so.
  Result<SessionAnswer> query(const SessionQuery& query, const SessionLimits& limits, std::int64_t wait_ms);
  bool usable() const { return usable_; }

  std::string tenant_id;
  std::int64_t generation = 0;  // of the tenant's publications when the catalog was copied
  std::int64_t idle_since_ms = 0;

 private:
  Result<SessionAnswer> receive_answer(std::int64_t wait_ms);
  Result<SessionAnswer> stop_late_query(const SessionLimits& limits);
  Status lost();
  Fd socket_, process_;
  std::string scratch_;
  bool usable_ = true;
};

// The warm parent; restarted by whoever finds it dead.
class SessionParent {
 public:
  static Result<std::unique_ptr<SessionParent>> start(const std::vector<std::string>& command);
  ~SessionParent();
  SessionParent(const SessionParent&) = delete;
  SessionParent& operator=(const SessionParent&) = delete;
  // Code::peer_died: the parent is gone; start another one.
  Result<std::unique_ptr<SessionProcess>> spawn(std::string scratch);

 private:
  SessionParent(Fd socket, int pid) : socket_(std::move(socket)), pid_(pid) {}
  Fd socket_;
  int pid_;
};

}  // namespace cvg
