#include "core/isolated/plugin_worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <fstream>
#include <memory>
#include <thread>

#include <convergence/plugin.hpp>

#include "core/base/text.h"
#include "core/isolated/worker_process.h"
#include "core/isolated/worker_services.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"
#include "core/plugin/registry.h"

namespace cvg {
namespace {

constexpr std::size_t answer_bytes_max = message_bytes_max - (std::size_t{1} << 20);
constexpr rlim_t files_max = 256;

// The instance that the server has made, and the thread that interrupts it.
class Running {
 public:
  void set(const Component* component, cvg_instance* instance) {
    const MutexLock lock(mutex_);
    component_ = component;
    instance_ = instance;
  }
  void interrupt() {
    const MutexLock lock(mutex_);
    if (instance_) component_->abi->interrupt(instance_);
  }

 private:
  Mutex mutex_;
  const Component* component_ CVG_GUARDED_BY(mutex_) = nullptr;
  cvg_instance* instance_ CVG_GUARDED_BY(mutex_) = nullptr;
};

// Every byte is an interrupt; the end of the socket is the end of the server.
void listen_to_server(int control, Running& running) {
  for (;;) {
    char byte = 0;
    const ssize_t n = ::recv(control, &byte, 1, 0);
    if (n == 0 || (n < 0 && errno != EINTR)) ::_exit(0);
    if (n == 1) running.interrupt();
  }
}

void set_limit(int resource, rlim_t value) {
  const rlimit bound{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &bound);
}

// Memory counts from what the process has mapped already.  A sanitizer maps terabytes and goes without.
void set_limits([[maybe_unused]] std::int64_t memory_mb) {
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_NOFILE, files_max);
#ifndef CVG_SANITIZED
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  set_limit(RLIMIT_AS, pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + (static_cast<rlim_t>(memory_mb) << 20));
#endif
}

// Nothing of the server's but the three descriptors comes along, and the kernel ends this process with the server.
void become_worker() {
  std::signal(SIGINT, SIG_IGN);  // a terminal's ^C is the server's to answer
  std::signal(SIGPIPE, SIG_IGN);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::syscall(SYS_close_range, worker_page + 1, ~0U, 0);
  for (const int fd : {worker_socket, worker_control, worker_page}) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

class PluginWorker {
 public:
  PluginWorker(Channel& channel, const StopPage& page) : channel_(channel), link_(channel, page) {}

  // False: there is nothing to run.
  bool load() {
    const Message message = link_.receive();
    const Result<Json> row = parse_json(message.body);
    if (message.type != MessageType::load || !row.ok()) return false;
    // The server may have gone before the kernel was told to watch it.
    if (::getppid() != static_cast<pid_t>((*row)["server_pid"].integer())) return false;
    std::thread(listen_to_server, worker_control, std::ref(running_)).detach();
    set_limits((*row)["memory_mb"].integer());
    PluginRegistry::Options options;
    options.worker_services = &worker_services(link_);
    registry_ = std::make_unique<PluginRegistry>(options);
    const Status loaded = registry_->load({{(*row)["plugin"].text(), (*row)["path"].text(), (*row)["sha256"].text(), "in_process", (*row)["config"]}});
    // The server puts the same words in front.
    const std::string front = "the plugin " + (*row)["plugin"].text() + " is refused: ";
    const Json told = loaded.ok() ? offers() : Json::object().set("refused", loaded.text().substr(std::min(front.size(), loaded.text().size())));
    return channel_.send(MessageType::loaded, told.dump()).ok() && loaded.ok();
  }

  [[noreturn]] void serve() {
    for (;;) {
      const Message message = link_.receive();
      FlatReader in(message.body);
      if (message.type == MessageType::create) create(in);
      else if (message.type == MessageType::call) call(in);
      else if (message.type == MessageType::destroy) destroy();
      else ::_exit(0);
    }
  }

 private:
  Json offers() const {
    Json components = Json::array();
    for (const char* kind : {CVG_KIND_PROVIDER, CVG_KIND_STEP})
      for (const Component* component : registry_->components(kind))
        components.push(Json::object().set("kind", kind).set("name", component->name).set("flags", std::int64_t{component->abi->flags})
                            .set("description", component->description));
    return Json::object().set("sdk", registry_->plugins().at(0).sdk).set("components", std::move(components));
  }

  // Runs a function of the plugin and sends what it answered.
  template <class Function>
  void answer(std::int64_t remaining_ms, Function function) {
    cvg_call* const call = link_.begin(remaining_ms);
    cvg_error error = empty_abi_error();
    convergence::StringOut out(answer_bytes_max);
    cvg_status status = CVG_OK;
    try {
      status = function(call, out.out(), &error);
    } catch (...) {
      status = fill_abi_error(Status(Code::plugin, "it let a C++ exception out, against the ABI's contract"), &error);
    }
    FlatWriter body;
    body.number(status);
    write_error(error, body);
    link_.answer(body.text(std::string_view(out.text())).take());
  }

  void create(FlatReader& in) {
    const auto remaining = in.number<std::int64_t>();
    const std::string_view kind = in.text(), name = in.text();
    const cvg_str config = in.abi_text();
    component_ = in.at_end() && !instance_ ? registry_->find(kind, name) : nullptr;
    if (!component_) ::_exit(0);
    answer(remaining, [&](cvg_call* call, cvg_out*, cvg_error* error) {
      cvg_status status = component_->abi->create(call, &config, &instance_, error);
      if (status == CVG_OK && !instance_) status = fill_abi_error(Status(Code::plugin, "it answered CVG_OK without an instance"), error);
      if (status != CVG_OK) instance_ = nullptr;
      running_.set(component_, instance_);
      return status;
    });
  }

  void call(FlatReader& in) {
    const auto remaining = in.number<std::int64_t>();
    const auto operation = static_cast<Operation>(in.number<std::uint8_t>());
    if (!instance_) ::_exit(0);
    answer(remaining, [&](cvg_call* call, cvg_out* out, cvg_error* error) { return run(operation, in, call, out, error); });
  }

  cvg_status run(Operation operation, FlatReader& in, cvg_call* call, cvg_out* out, cvg_error* error) {
    const auto* provider = static_cast<const cvg_provider*>(component_->abi->vtbl);
    const auto* step = static_cast<const cvg_step*>(component_->abi->vtbl);
    const bool is_step = component_->kind == CVG_KIND_STEP;
    if (operation == Operation::check) return component_->abi->check(instance_, call, error);
    if (operation == Operation::discover && !is_step) return provider->discover(instance_, call, out, error);
    if (operation == Operation::extract && !is_step) {
      const cvg_extract_req request = read_extract(in);
      // A plugin hands it back and never looks inside.
      return provider->extract(instance_, call, &request, reinterpret_cast<cvg_sink*>(this), error);
    }
    const cvg_str spec = in.abi_text();
    if (operation == Operation::plan && is_step) return step->plan(instance_, call, &spec, out, error);
    if (operation == Operation::run && is_step) return step->run(instance_, call, &spec, out, error);
    return fill_abi_error(Status(Code::unsupported, "this component offers no such function"), error);
  }

  void destroy() {
    running_.set(nullptr, nullptr);
    answer(0, [&](cvg_call*, cvg_out*, cvg_error*) {
      if (instance_) component_->abi->destroy(instance_);
      return cvg_status{CVG_OK};
    });
    instance_ = nullptr;
  }

  Channel& channel_;
  WorkerLink link_;
  Running running_;
  std::unique_ptr<PluginRegistry> registry_;
  const Component* component_ = nullptr;
  cvg_instance* instance_ = nullptr;
};

}  // namespace

int run_plugin_worker() {
  become_worker();
  Channel channel{Fd(worker_socket)};
  Result<StopPage> page = StopPage::open(Fd(worker_page));
  if (!page.ok()) return 1;
  PluginWorker worker(channel, *page);
  if (!worker.load()) ::_exit(1);
  worker.serve();
}

}  // namespace cvg
