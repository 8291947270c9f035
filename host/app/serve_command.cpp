// convergence serve: in the foreground until SIGTERM or SIGINT, which drain.
#include <signal.h>

#include <ostream>

#include "core/base/text.h"
#include "host/app/app.h"
#include "host/app/commands.h"

namespace cvg {
namespace {

// Blocked before any thread starts, so that no thread but this one ever sees them.
sigset_t block_stop_signals() {
  ::signal(SIGPIPE, SIG_IGN);  // a client or a process that went away is an error code, not the end
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

}  // namespace

Status serve(const CommandLine& line, const Installation& installation, std::ostream& out) {
  const sigset_t stop_signals = block_stop_signals();
  CVG_ASSIGN(ServerConfig config, load_configuration(line, installation));
  CVG_ASSIGN(const std::unique_ptr<App> app, App::start(std::move(config), installation));
  out << "convergence listening on http://" << app->address() << std::endl;
  int received = 0;
  ::sigwait(&stop_signals, &received);
  app->stop();
  return {};
}

}  // namespace cvg
