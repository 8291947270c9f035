#include "tests/plugins_query/fake_host.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Wait, SecondsAreSleptByTheHost) {
  FakeHost host;
  FakeStep step(host);
  const StepRun r = step.run(R"({"seconds":90})");
  ASSERT_EQ(r.status, CVG_OK) << r.message;
  EXPECT_EQ(host.slept_ms, 90000);
  EXPECT_EQ(r.outputs["waited_seconds"].text(), "90");
}

TEST(Wait, UntilSqlEndsWhenTheFirstValueIsTrue) {
  FakeHost host;
  FakeStep step(host);
  host.sql("CREATE TABLE arrived (n INTEGER)");
  host.on_sleep = [&](int64_t) { if (host.slept_ms == 20000) host.sql("INSERT INTO arrived VALUES (1)"); };
  const StepRun r = step.run(R"({"until_sql":"SELECT count(*) > 0 FROM arrived -- yet?","poll_seconds":10})");
  ASSERT_EQ(r.status, CVG_OK) << r.message;
  EXPECT_EQ(r.outputs["polls"].text(), "3");
  EXPECT_EQ(r.outputs["waited_seconds"].text(), "20");
}

TEST(Wait, NoRowNullZeroAndTextAreNotTrue) {
  FakeHost host;
  FakeStep step(host);
  for (const char *sql : {"SELECT true WHERE false", "SELECT NULL", "SELECT 0", "SELECT 'true'", "SELECT false"}) {
    const StepRun r = step.run(std::string(R"({"poll_seconds":1,"timeout":2,"until_sql":")") + sql + "\"}");
    EXPECT_EQ(r.status, CVG_E_DEADLINE) << sql;
    EXPECT_EQ(r.outputs["polls"].text(), "3");
  }
}

TEST(Wait, TheStepsTimeLimitAndACancelEndTheSleep) {
  FakeHost host;
  FakeStep step(host);
  host.time_limit_ms = 5000;
  EXPECT_EQ(step.run(R"({"seconds":60})").status, CVG_E_DEADLINE);
  host.cancel = true;
  EXPECT_EQ(step.run(R"({"seconds":1})").status, CVG_E_CANCELLED);
}

TEST(Wait, ABadSpecIsRefused) {
  FakeHost host;
  FakeStep step(host);
  EXPECT_EQ(step.plan(R"({"seconds":5})"), "");
  EXPECT_EQ(step.plan(R"({"until_sql":"SELECT true","timeout":9})"), "");
  EXPECT_EQ(step.plan("{}"), "seconds: exactly one of seconds and until_sql must be given");
  EXPECT_EQ(step.plan(R"({"seconds":5,"timeout":9})"), "timeout: this option belongs to until_sql");
  EXPECT_EQ(step.plan(R"({"until_sql":"SELECT (true"})"), "until_sql: the SQL leaves a parenthesis open");
  EXPECT_EQ(step.run(R"({"seconds":-1})").status, CVG_E_CONFIG);
  EXPECT_TRUE(step.describe()["spec_schema"]["properties"].is_object());
}

}  // namespace
}  // namespace cvg
