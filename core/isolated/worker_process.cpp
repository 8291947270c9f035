#include "core/isolated/worker_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/base/child_environment.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr int descriptors_above = 16;  // so that no source of a copy is another one's target
constexpr std::chrono::milliseconds end_wait_max{3000};

Result<std::pair<Fd, Fd>> socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return status_from_errno(errno, "made", "a pair of sockets");
  Fd ours(ends[0]), theirs(ends[1]);
  Fd high(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, descriptors_above));
  if (!high) return status_from_errno(errno, "made", "a pair of sockets");
  return std::make_pair(std::move(ours), std::move(high));
}

// The file actions and attributes of one start.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGTERM);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  void give(int ours, int theirs) { posix_spawn_file_actions_adddup2(&actions, ours, theirs); }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(const std::vector<std::string>& command) {
  CVG_ASSIGN(auto data, socket_pair());
  CVG_ASSIGN(auto control, socket_pair());
  CVG_ASSIGN(StopPage page, StopPage::create());
  const Fd memory(::fcntl(page.descriptor(), F_DUPFD_CLOEXEC, descriptors_above));
  if (!memory) return status_from_errno(errno, "shared", "a page of memory");
  SpawnPlan plan;
  plan.give(data.second.get(), worker_socket);
  plan.give(control.second.get(), worker_control);
  plan.give(memory.get(), worker_page);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> environment = child_environment();
  pid_t pid = -1;
  const int problem = ::posix_spawn(&pid, argv[0], &plan.actions, &plan.attributes, argv.data(), environment.data());
  if (problem != 0) return status_from_errno(problem, "started", command.at(0));
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(Channel(std::move(data.first)), std::move(control.first), std::move(page), pid));
}

WorkerProcess::~WorkerProcess() {
  channel_.close();
  control_.reset();
  send_signal(SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
}

void WorkerProcess::interrupt() const {
  // A control socket that is full holds interrupts enough.
  static_cast<void>(::send(control_.get(), "I", 1, MSG_NOSIGNAL | MSG_DONTWAIT));
}

// The process is not waited for before the destructor, so that its number cannot be another's.
void WorkerProcess::send_signal(int number) const {
  if (::kill(-pid_, number) != 0) ::kill(pid_, number);
}

bool WorkerProcess::ended() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
}

std::string WorkerProcess::describe_end() {
  const auto latest = std::chrono::steady_clock::now() + end_wait_max;
  while (!ended() && std::chrono::steady_clock::now() < latest) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (!ended()) {
    send_signal(SIGKILL);
    return "closed its socket and was ended";
  }
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (info.si_code == CLD_EXITED) return fmt::format("ended with the exit code {}", info.si_status);
  const char* name = ::sigdescr_np(info.si_status);
  return fmt::format("was ended by signal {} ({})", info.si_status, name ? name : "unknown");
}

}  // namespace cvg
