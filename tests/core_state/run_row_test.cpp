#include "core/state/run_row.h"

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using RunRowTest = StoreTest;

TEST_F(RunRowTest, EveryFieldOfAStepComesBack) {
  StepRun step;
  step.run_id = "r";
  step.tenant_id = "acme";
  step.step_id = "s";
  step.step_name = "name";
  step.step_type = "ingest";
  step.step_index = 3;
  step.state = StepState::failed;
  step.attempt = 2;
  step.start_ms = 10;
  step.end_ms = 20;
  step.rows_processed = 30;
  step.bytes_processed = 40;
  step.error_message = "a 'quoted' error";
  step.metadata_json = "{}";
  ASSERT_TRUE(database_->write([&](Connection& c) { put_step(c, step); return Status(); }).ok());
  const StepRun back = runs_->steps("r")->at(0);
  EXPECT_EQ(std::tie(back.run_id, back.tenant_id, back.step_id, back.step_name, back.step_type, back.step_index, back.state),
            std::tie(step.run_id, step.tenant_id, step.step_id, step.step_name, step.step_type, step.step_index, step.state));
  EXPECT_EQ(std::tie(back.attempt, back.start_ms, back.end_ms, back.rows_processed, back.bytes_processed, back.error_message, back.metadata_json),
            std::tie(step.attempt, step.start_ms, step.end_ms, step.rows_processed, step.bytes_processed, step.error_message, step.metadata_json));
}

TEST_F(RunRowTest, EveryFieldOfAResultComesBack) {
  DqResult result;
  result.run_id = "r";
  result.tenant_id = "acme";
  result.step_id = "s";
  result.result_index = 4;
  result.expectation_type = "expect_column_to_exist";
  result.column_name = "c";
  result.severity = "critical";
  result.success = true;
  result.observed_value_json = "1";
  result.kwargs_json = "{\"a\":1}";
  result.sample_json = "[2]";
  result.element_count = 5;
  result.missing_count = 6;
  result.unexpected_count = 7;
  result.unexpected_percent = 0.125;
  result.duration_ms = 8;
  result.created_ms = 9;
  ASSERT_TRUE(database_->write([&](Connection& c) { insert_dq_result(c, result); return Status(); }).ok());
  const DqResult back = runs_->dq_results("r")->at(0);
  EXPECT_EQ(std::tie(back.run_id, back.tenant_id, back.step_id, back.result_index, back.expectation_type, back.column_name, back.severity, back.success),
            std::tie(result.run_id, result.tenant_id, result.step_id, result.result_index, result.expectation_type, result.column_name, result.severity, result.success));
  EXPECT_EQ(std::tie(back.observed_value_json, back.kwargs_json, back.sample_json, back.element_count, back.missing_count, back.unexpected_count),
            std::tie(result.observed_value_json, result.kwargs_json, result.sample_json, result.element_count, result.missing_count, result.unexpected_count));
  EXPECT_EQ(std::tie(back.unexpected_percent, back.duration_ms, back.created_ms), std::tie(result.unexpected_percent, result.duration_ms, result.created_ms));
}

TEST_F(RunRowTest, AuditEntriesWithoutATimeGetOne) {
  ASSERT_TRUE(database_->write([&](Connection& c) {
    insert_audit(c, {.tenant_id = "acme", .action = "run.begin"}, clock_);
    insert_audit(c, {.at_ms = 5, .tenant_id = "acme", .action = "run.begin"}, clock_);
    return Status();
  }).ok());
  EXPECT_EQ(count("SELECT max(at_ms) FROM audit_log"), clock_.now_ms());
  EXPECT_EQ(count("SELECT min(at_ms) FROM audit_log"), 5);
}

}  // namespace
}  // namespace cvg
