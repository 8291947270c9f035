#include "core/warehouse/session_process.h"

#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "core/base/child_environment.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/warehouse/session_wire.h"

namespace cvg {
namespace {

constexpr std::int64_t parent_start_wait_ms = 30000;
constexpr std::int64_t spawn_wait_ms = 10000;
constexpr std::int64_t open_wait_ms = 10000;

Status from_error_frame(const std::string& payload) {
  Result<Json> error = parse_json(payload);
  if (!error.ok()) return {Code::peer_died, "a session sent an answer that cannot be read"};
  const Code code = code_from_abi(static_cast<std::int32_t>((*error)["code"].integer(14)));
  // Wrong SQL is the request's fault, not a template's.
  const Code shown = code == Code::config || code == Code::data ? Code::invalid : code;
  return {shown, (*error)["message"].text()};
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Both ends of a socket; the server's end is not inherited by programs.
Result<std::pair<Fd, Fd>> socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return status_from_errno(errno, "make a socket", "");
  return std::make_pair(Fd(ends[0]), Fd(ends[1]));
}

}  // namespace

SessionProcess::~SessionProcess() {
  if (process_) syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
  socket_.reset();
  (void)remove_tree(scratch_);
}

Status SessionProcess::open(const SessionQuery& query, const SessionLimits& limits) {
  tenant_id = query.tenant_id;
  const Json request = Json::object().set("tenant", query.tenant_id).set("display_id", query.display_id)
                           .set("memory_mb", limits.memory_mb).set("scratch", scratch_);
  CVG_RETURN_IF_ERROR(send_frame(socket_.get(), FrameType::open, request.dump()));
  Result<Frame> answer = receive_frame(socket_.get(), open_wait_ms);
  if (!answer.ok()) return answer.status();
  return answer->type == FrameType::ready ? Status() : from_error_frame(answer->payload);
}

Status SessionProcess::lost() {
  usable_ = false;
  return {Code::limit, "the query needed more memory than a session may take (sessions.memory_mb), or its process ended"};
}

Result<SessionAnswer> SessionProcess::receive_answer(std::int64_t wait_ms) {
  const std::int64_t end_ms = steady_ms() + wait_ms;
  SessionAnswer answer;
  for (;;) {
    Result<Frame> frame = receive_frame(socket_.get(), std::max<std::int64_t>(0, end_ms - steady_ms()));
    if (!frame.ok()) return frame.status();
    if (frame->type == FrameType::error) return from_error_frame(frame->payload);
    if (frame->type == FrameType::body) answer.body = std::move(frame->payload);
    if (frame->type != FrameType::meta) continue;
    CVG_ASSIGN(const Json meta, parse_json(frame->payload));
    answer.row_count = meta["row_count"].integer();
    answer.truncated = meta["truncated"].boolean();
    return answer;
  }
}

// The deadline passed: asks the session to stop, gives it the grace, and gives it up in either case.
Result<SessionAnswer> SessionProcess::stop_late_query(const SessionLimits& limits) {
  usable_ = false;
  if (send_frame(socket_.get(), FrameType::interrupt, "").ok()) (void)receive_answer(limits.kill_grace_ms);
  return Status(Code::limit, fmt::format("the query took longer than {} ms (sessions.query_timeout_ms)", limits.query_timeout_ms));
}

Result<SessionAnswer> SessionProcess::query(const SessionQuery& query, const SessionLimits& limits, std::int64_t wait_ms) {
  const Json request = Json::object().set("sql", query.sql).set("format", query.format).set("max_rows", query.max_rows)
                           .set("max_bytes", limits.result_bytes_max);
  if (!send_frame(socket_.get(), FrameType::query, request.dump()).ok()) return lost();
  Result<SessionAnswer> answer = receive_answer(wait_ms);
  if (answer.ok()) return answer;
  const Status status = answer.status();
  if (status.code() == Code::deadline) return stop_late_query(limits);
  if (status.code() == Code::peer_died) return lost();
  if (status.code() == Code::limit) usable_ = false;
  return status;
}

Result<std::unique_ptr<SessionParent>> SessionParent::start(const std::vector<std::string>& command) {
  CVG_ASSIGN(auto ends, socket_pair());
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends.second.get(), 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::vector<char*> environment = child_environment();
  pid_t pid = -1;
  const int problem = posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (problem != 0) return status_from_errno(problem, "start the parent of the sessions", command.at(0));
  ends.second.reset();
  std::unique_ptr<SessionParent> parent(new SessionParent(std::move(ends.first), pid));
  Result<Frame> ready = receive_frame(parent->socket_.get(), parent_start_wait_ms);
  if (!ready.ok()) return Status(Code::unavailable, "the parent of the query sessions did not start: " + ready.status().text());
  if (ready->type != FrameType::ready) return from_error_frame(ready->payload);
  return parent;
}

SessionParent::~SessionParent() {
  socket_.reset();  // it ends when its socket does
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

Result<std::unique_ptr<SessionProcess>> SessionParent::spawn(std::string scratch) {
  CVG_RETURN_IF_ERROR(make_folders(scratch, 0700));
  CVG_ASSIGN(auto ends, socket_pair());
  CVG_RETURN_IF_ERROR(send_descriptor(socket_.get(), FrameType::spawn, ends.second.get()));
  ends.second.reset();
  Result<std::pair<FrameType, Fd>> process = receive_descriptor(socket_.get(), spawn_wait_ms);
  if (!process.ok()) return Status(Code::peer_died, process.status().text());
  if (!process->second) return Status(Code::unavailable, "no further process could be started for a query");
  return std::make_unique<SessionProcess>(std::move(ends.first), std::move(process->second), std::move(scratch));
}

}  // namespace cvg
