// The two sides of the fork: the warm parent's loop, and what a session's process does.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

#include "core/base/json.h"
#include "core/base/mutex.h"
#include "core/warehouse/session_wire.h"
#include "core/warehouse/sessions.h"

namespace cvg {
namespace {

constexpr int server_socket = 3;
constexpr rlim_t session_files_max = 512;
constexpr rlim_t result_file_slack_bytes = 1 << 20;

cvg_str view(const std::string& text) { return {text.data(), text.size()}; }

cvg_error no_error() {
  cvg_error e;
  std::memset(&e, 0, sizeof e);
  e.struct_size = sizeof e;
  e.retry_after_ms = -1;
  return e;
}

Status send_error(int fd, cvg_status code, const std::string& message) {
  return send_frame(fd, FrameType::error, Json::object().set("code", int{code}).set("message", message).dump());
}

// A cvg_out over a string.
struct TextOut {
  explicit TextOut(std::size_t max) : bytes_max(max), out{sizeof(cvg_out), 0, this, &TextOut::write} {}
  static cvg_status write(void* context, const void* p, std::uint64_t n) {
    auto* self = static_cast<TextOut*>(context);
    if (n > self->bytes_max - self->text.size()) return CVG_E_LIMIT;
    self->text.append(static_cast<const char*>(p), n);
    return CVG_OK;
  }
  std::size_t bytes_max;
  std::string text;
  cvg_out out;
};

void limit(int resource, rlim_t value) {
  const rlimit bound{value, value};
  setrlimit(static_cast<__rlimit_resource>(resource), &bound);
}

// What the kernel adds to the plugin's own confinement; memory counts from what the process has mapped already.
void set_limits(const SessionLimits& limits) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, session_files_max);
  limit(RLIMIT_FSIZE, static_cast<rlim_t>(limits.result_bytes_max) + result_file_slack_bytes);
#ifndef CVG_SANITIZED
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  limit(RLIMIT_AS, pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (static_cast<rlim_t>(limits.memory_mb) << 20));
#endif
}

// The queries that wait for the session's main thread; the second thread fills it.
class Inbox {
 public:
  void put(std::string request) {
    MutexLock lock(mutex_);
    request_ = std::move(request);
    full_ = true;
    filled_.notify_one();
  }
  std::string take() {
    MutexLock lock(mutex_);
    while (!full_) filled_.wait(mutex_);
    full_ = false;
    return std::move(request_);
  }

 private:
  Mutex mutex_;
  CondVar filled_;
  std::string request_ CVG_GUARDED_BY(mutex_);
  bool full_ CVG_GUARDED_BY(mutex_) = false;
};

// Reads the server's frames while a query runs.  The process ends with the socket: nothing is left to answer to.
void listen_to_server(int fd, const cvg_session& plugin, Inbox& inbox) {
  for (;;) {
    Result<Frame> frame = receive_frame(fd, -1);
    if (!frame.ok()) _exit(0);
    if (frame->type == FrameType::query) inbox.put(std::move(frame->payload));
    if (frame->type == FrameType::interrupt) plugin.interrupt();
  }
}

void answer_query(int fd, const cvg_session& plugin, const SessionLimits& limits, const std::string& request) {
  TextOut body(static_cast<std::size_t>(limits.result_bytes_max) * 2), meta(1 << 16);
  cvg_error error = no_error();
  const cvg_str text = view(request);
  const cvg_status status = plugin.query(&text, &body.out, &meta.out, &error);
  Status sent;
  if (status != CVG_OK) sent = send_error(fd, status, error.message);
  else if (sent = send_frame(fd, FrameType::body, body.text); sent.ok()) sent = send_frame(fd, FrameType::meta, meta.text);
  if (!sent.ok()) _exit(0);
}

[[noreturn]] void run_session(int fd, const cvg_session& plugin, const SessionLimits& limits) {
  std::signal(SIGCHLD, SIG_DFL);
  std::signal(SIGXFSZ, SIG_IGN);
  Result<Frame> request = receive_frame(fd, -1);
  if (!request.ok() || request->type != FrameType::open) _exit(0);
  cvg_error error = no_error();
  const cvg_str text = view(request->payload);
  if (const cvg_status status = plugin.open(&text, &error); status != CVG_OK) {
    (void)send_error(fd, status, error.message);
    _exit(0);
  }
  Inbox inbox;
  std::thread(listen_to_server, fd, std::cref(plugin), std::ref(inbox)).detach();
  set_limits(limits);
  if (!send_frame(fd, FrameType::ready, "").ok()) _exit(0);
  for (;;) answer_query(fd, plugin, limits, inbox.take());
}

// Forks a session on its socket and tells the server the process.
Status spawn(const cvg_session& plugin, const SessionLimits& limits, Fd socket) {
  const pid_t pid = fork();
  if (pid == 0) {
    close(server_socket);
    run_session(socket.release(), plugin, limits);
  }
  Fd process(pid > 0 ? static_cast<int>(syscall(SYS_pidfd_open, pid, 0)) : -1);
  return send_descriptor(server_socket, FrameType::process, process.get());
}

}  // namespace

int run_session_parent(const cvg_session& plugin, const std::string& config_json, const SessionLimits& limits) {
  std::signal(SIGCHLD, SIG_IGN);  // the kernel reaps; the server holds a pidfd of each session
  std::signal(SIGINT, SIG_IGN);   // a terminal's ^C is the server's to answer
  std::signal(SIGPIPE, SIG_IGN);
  fcntl(server_socket, F_SETFD, FD_CLOEXEC);
  cvg_error error = no_error();
  const cvg_str config = view(config_json);
  if (const cvg_status status = plugin.warm(&config, &error); status != CVG_OK) {
    (void)send_error(server_socket, status, error.message);
    return 1;
  }
  if (!send_frame(server_socket, FrameType::ready, "").ok()) return 0;
  for (;;) {
    Result<std::pair<FrameType, Fd>> request = receive_descriptor(server_socket, -1);
    if (!request.ok() || request->first != FrameType::spawn) return 0;
    if (!spawn(plugin, limits, std::move(request->second)).ok()) return 0;
  }
}

}  // namespace cvg
