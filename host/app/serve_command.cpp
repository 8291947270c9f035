// convergence serve: in the foreground until SIGTERM or SIGINT, which drain; SIGHUP reads the TLS certificate again.
#include <signal.h>

#include <ostream>

#include "core/base/text.h"
#include "host/app/app.h"
#include "host/app/commands.h"

namespace cvg {
namespace {

// Blocked before any thread starts, so that no thread but this one ever sees them.
sigset_t block_signals() {
  ::signal(SIGPIPE, SIG_IGN);  // a client or a process that went away is an error code, not the end
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

}  // namespace

Status serve(const CommandLine& line, const Installation& installation, std::ostream& out) {
  const sigset_t signals = block_signals();
  CVG_ASSIGN(ServerConfig config, load_configuration(line, installation));
  CVG_ASSIGN(const std::unique_ptr<App> app, App::start(std::move(config), installation, [&] { return load_configuration(line, installation); }));
  out << "convergence listening on " << app->url() << std::endl;
  int received = 0;
  while (::sigwait(&signals, &received) == 0 && received == SIGHUP) app->renew_certificate();
  app->stop();
  return {};
}

}  // namespace cvg
