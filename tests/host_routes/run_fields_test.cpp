#include "host/routes/run_fields.h"

#include <gtest/gtest.h>

#include "host/routes/schemas.h"

namespace cvg {
namespace {

TEST(RunFields, ShowARunAsTheContractSays) {
  cvg::Run run;
  run.id = "11111111-2222-4333-8444-555555555555";
  run.tenant_id = "acme";
  run.pipeline_id = "acme-aws-cost-cur";
  run.state = RunState::complete;
  run.trigger_type = "api";
  run.trigger_by = "api_user";
  run.run_date = "2026-05-01";
  run.parameters_json = R"({"date":"2026-05-01"})";
  run.created_ms = run.start_ms = 1'777'636'800'000;
  run.end_ms = run.start_ms + 1500;
  const Json json = run_json(run, "Acme");
  EXPECT_EQ(misfit("Run", json), "");
  EXPECT_EQ(json["tenant_id"].text(), "Acme");
  EXPECT_EQ(json["status"].text(), "COMPLETE");
  EXPECT_EQ(json["start_time"].text(), "2026-05-01T12:00:00Z");
  EXPECT_EQ(json["duration_ms"].integer(), 1500);
  EXPECT_TRUE(json["error_message"].is_null());
  EXPECT_EQ(json["parameters"]["date"].text(), "2026-05-01");
}

TEST(RunFields, WhatHasNotHappenedIsNull) {
  cvg::Run run;
  run.created_ms = 1;
  const Json json = run_json(run, "Acme");
  for (const char* name : {"start_time", "end_time", "duration_ms", "user_id"}) EXPECT_TRUE(json[name].is_null()) << name;
  EXPECT_TRUE(json["parameters"].is_object());
}

TEST(StepFields, FitTheirSchema) {
  StepRun step;
  step.metadata_json = "{\"rows\": 5}";
  EXPECT_EQ(misfit("Step", step_json(step)), "");
  EXPECT_EQ(step_json(step)["metadata"]["rows"].integer(), 5);
}

TEST(DqFields, FitTheirSchema) {
  DqResult result;
  result.observed_value_json = "3.5";
  result.unexpected_percent = 12.5;
  const Json json = dq_json(result);
  EXPECT_EQ(misfit("DqResult", json), "");
  EXPECT_EQ(json["observed_value"].text(), "3.5");
  EXPECT_EQ(json["unexpected_percent"].text(), "12.5000");
}

TEST(QuotaFields, NeverGoBelowZeroAndResetAtMidnight) {
  Tenant tenant;
  tenant.display_id = "Acme";
  tenant.plan = {"STARTER", 6, 180, 3, 2, 3};
  Usage usage;
  usage.run_today = 8;
  usage.run_month = 10;
  const Json json = quota_json(tenant, usage, 1'777'636'800'000);
  EXPECT_EQ(misfit("Quota", json), "");
  EXPECT_EQ(json["remaining_today"].integer(), 0);
  EXPECT_EQ(json["remaining_month"].integer(), 170);
  EXPECT_EQ(json["usage_date"].text(), "2026-05-01");
  EXPECT_EQ(json["reset_at"].text(), "2026-05-02T00:00:00Z");
}

}  // namespace
}  // namespace cvg
