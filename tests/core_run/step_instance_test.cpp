#include "core/run/step_instance.h"

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class StepInstanceTest : public RunFixture {
 protected:
  std::unique_ptr<RunContext> context(std::int64_t token) {
    cvg::Run row;
    row.id = "r1";
    row.tenant_id = "acme";
    row.run_date = "2025-11-15";
    Tenant tenant;
    tenant.id = tenant.display_id = "acme";
    return std::make_unique<RunContext>(*environment, row, tenant, Lease{"r1", token, 0});
  }
  StepSpec step(const std::string& type, const std::string& spec) {
    StepSpec out;
    out.id = "a";
    out.type = type;
    out.spec = Json::parse(spec);
    return out;
  }
};

TEST_F(StepInstanceTest, CheckResultsLeaveTheOutputs) {
  components.steps["check"] = [](cvg_call*, const Json&, Json& outputs) {
    outputs.set("passed", 1).set("dq_results", Json::array().push(Json::object().set("success", false)));
    return Status(Code::data, "1 of 2 failed");
  };
  const auto run = context(1);
  const StepResult result = run_step_attempt(*run, step("check", "{}"), 1);
  EXPECT_EQ(result.status.text(), "1 of 2 failed");
  EXPECT_EQ(result.outputs.dump(), R"({"passed":1})");
  EXPECT_EQ(result.dq_results.size(), 1u);
}

TEST_F(StepInstanceTest, StageFilesEndWithTheAttempt) {
  std::string path;
  components.steps["stage"] = [&](cvg_call* call, const Json&, Json&) {
    convergence::Call view(&host_table(), call);
    const cvg_handle file = view.stage_open("x");
    view.stage_write(file, "hello");
    EXPECT_EQ(view.stage_read(view.stage_close(file), 0, 5), "hello");
    EXPECT_TRUE(std::filesystem::exists(root + "/stage/r1/a-1"));
    return Status();
  };
  const auto run = context(1);
  EXPECT_TRUE(run_step_attempt(*run, step("stage", "{}"), 1).status.ok());
  EXPECT_FALSE(std::filesystem::exists(root + "/stage/r1/a-1"));
}

TEST_F(StepInstanceTest, UnknownKindIsAnErrorOfTheTemplate) {
  const auto run = context(1);
  EXPECT_EQ(run_step_attempt(*run, step("nothing", "{}"), 1).status.code(), Code::config);
}

TEST_F(StepInstanceTest, CallTellsForWhomItWorks) {
  std::string info;
  components.steps["who"] = [&](cvg_call* call, const Json&, Json&) {
    info = convergence::Call(&host_table(), call).info().dump();
    return Status();
  };
  const auto run = context(1);
  run_step_attempt(*run, step("who", "{}"), 2);
  for (const char* part : {R"("tenant":"acme")", R"("run":"r1")", R"("step":"a")", R"("attempt":2)", R"("run_date":"2025-11-15")"}) {
    EXPECT_NE(info.find(part), std::string::npos) << info;
  }
}

}  // namespace
}  // namespace cvg
