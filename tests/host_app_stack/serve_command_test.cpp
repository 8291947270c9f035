#include <signal.h>

#include <sstream>
#include <thread>

#include "host/app/commands.h"
#include "tests/host_app_stack/stack_fixture.h"

namespace cvg {
namespace {

class ServeCommandTest : public StackFixture {};

TEST_F(ServeCommandTest, SaysWhereItListensAndEndsOnSigterm) {
  sigset_t stop;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  ::pthread_kill(::pthread_self(), SIGTERM);  // waits until the server asks for it
  CommandLine line;
  line.config_file = config_file();
  std::ostringstream out;
  const Status status = serve(line, installation, out);
  EXPECT_TRUE(status.ok()) << status.log_text();
  EXPECT_TRUE(out.str().starts_with("convergence listening on http://127.0.0.1:")) << out.str();
}

}  // namespace
}  // namespace cvg
