#include <gtest/gtest.h>

#include "tests/plugins_query/fake_host.h"

namespace cvg {
namespace {

TEST(Email, WithoutAServerItSaysWhatToConfigure) {
  FakeHost host;
  FakeStep step(host);
  const StepRun r = step.run(R"({"to":["a@example.com"],"subject":"s"})");
  EXPECT_EQ(r.status, CVG_E_CONFIG);
  EXPECT_NE(r.message.find("no mail server is configured"), std::string::npos);
}

TEST(Email, AMessageThatCannotBeIsRefusedBeforeTheServerIsAsked) {
  FakeHost host;
  FakeStep step(host, R"({"host":"127.0.0.1","port":1,"from":"a@example.com"})");
  const StepRun r = step.run(R"({"to":["a@example.com"],"subject":"s\r\nBcc: b@example.com"})");
  EXPECT_EQ(r.status, CVG_E_CONFIG);
  EXPECT_NE(r.message.find("the subject holds a line end"), std::string::npos);
}

TEST(Email, NobodyAtThePortIsWorthAnotherTry) {
  FakeHost host;
  FakeStep step(host, R"({"host":"127.0.0.1","port":1,"from":"a@example.com","tls":"none"})");
  EXPECT_EQ(step.run(R"({"to":["a@example.com"],"subject":"s"})").status, CVG_E_UNAVAILABLE);
}

TEST(Email, ACancelledRunSendsNothing) {
  FakeHost host;
  FakeStep step(host, R"({"host":"127.0.0.1","port":1,"from":"a@example.com"})");
  host.cancel = true;
  EXPECT_NE(step.run(R"({"to":["a@example.com"],"subject":"s"})").status, CVG_OK);
}

TEST(Email, APasswordThatIsNotThereIsToldWhenTheStepIsMade) {
  FakeHost host;
  EXPECT_THROW(FakeStep(host, R"({"password_env":"CVG_NO_SUCH_VARIABLE"})"), convergence::Error);
  EXPECT_THROW(FakeStep(host, R"({"password_file":"/nonexistent/file"})"), convergence::Error);
}

}  // namespace
}  // namespace cvg
