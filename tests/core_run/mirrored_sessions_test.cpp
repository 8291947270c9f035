#include "core/run/mirrored_sessions.h"

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

// Answers with how many runs the mirror holds at that moment.
class CountingSessions final : public Sessions {
 public:
  explicit CountingSessions(MemoryWarehouse& warehouse) : warehouse_(warehouse) {}
  Result<SessionAnswer> query(const SessionQuery& query) override {
    SessionAnswer answer;
    answer.row_count = static_cast<std::int64_t>(warehouse_.mirrored(query.tenant_id, "x_meta_pipeline_runs").size());
    return answer;
  }
  void published(const std::string&) override {}
  void stop() override {}

 private:
  MemoryWarehouse& warehouse_;
};

class MirroredSessionsTest : public RunFixture {};

TEST_F(MirroredSessionsTest, QueryRightAfterARunSeesIt) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  Mirror mirror({*store, *tenants, *credentials, warehouse, clock, log, 500, 3'600'000});
  CountingSessions counting(warehouse);
  MirroredSessions sessions(counting, mirror, log);
  for (std::int64_t runs = 1; runs <= 3; ++runs) {
    run(tenant, "one");
    EXPECT_EQ(sessions.query(SessionQuery{"acme", "acme", ""})->row_count, runs);
  }
}

TEST_F(MirroredSessionsTest, QueryIsAnsweredAlthoughTheMirrorFails) {
  Mirror mirror({*store, *tenants, *credentials, warehouse, clock, log, 500, 3'600'000});
  CountingSessions counting(warehouse);
  MirroredSessions sessions(counting, mirror, log);
  EXPECT_TRUE(sessions.query(SessionQuery{"nobody", "nobody", ""}).ok());
}

}  // namespace
}  // namespace cvg
