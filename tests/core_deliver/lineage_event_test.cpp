#include "core/deliver/lineage_event.h"

#include <gtest/gtest.h>

#include "core/base/text.h"

namespace cvg {
namespace {

class LineageEventTest : public testing::Test {
 protected:
  LineageEventTest() {
    tenant.id = "acme";
    tenant.display_id = "Acme";
    run.id = "11111111-2222-4333-8444-555555555555";
    run.tenant_id = "acme";
    run.provider = "aws";
    run.domain = "cost";
    run.template_name = "cur";
    run.run_date = "2026-05-15";
    run.start_ms = 1'778'846'400'000;
    run.end_ms = run.start_ms + 5000;
    add_step("ingest", "ingest", StepState::complete, R"({"table":"aws_cost_raw"})", 1281);
    add_step("check", "dq_check", StepState::complete, R"({"table":"aws_cost_raw"})", 0);
    DqResult check;
    check.step_id = "check";
    check.expectation_type = "expect_column_values_to_not_be_null";
    check.column_name = "cost";
    check.severity = "critical";
    check.success = true;
    check.element_count = 1281;
    checks.push_back(check);
    schemas["aws_cost_raw"] = *parse_json(R"-([{"name":"cost","type":"DECIMAL(38,24)"}])-");
  }
  void add_step(const std::string& id, const std::string& type, StepState state, const std::string& metadata, std::int64_t rows) {
    StepRun step;
    step.run_id = run.id;
    step.step_id = id;
    step.step_type = type;
    step.state = state;
    step.start_ms = run.start_ms + 1000;
    step.end_ms = run.start_ms + 2000;
    step.rows_processed = rows;
    step.bytes_processed = 10 * rows;
    step.metadata_json = metadata;
    steps.push_back(step);
  }
  std::vector<Json> events(LineageType type) { return lineage_events(type, {tenant, run, steps, checks, schemas}, names); }

  Tenant tenant;
  cvg::Run run;
  std::vector<StepRun> steps;
  std::vector<DqResult> checks;
  std::map<std::string, Json> schemas;
  LineageNames names;
};

TEST_F(LineageEventTest, AStartIsOneEventOfTheRun) {
  const std::vector<Json> all = events(LineageType::start);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["eventType"].text(), "START");
  EXPECT_EQ(all[0]["eventTime"].text(), "2026-05-15T12:00:00Z");
  EXPECT_EQ(all[0]["run"]["runId"].text(), run.id);
  EXPECT_EQ(all[0]["job"]["namespace"].text(), "convergence://acme");
  EXPECT_EQ(all[0]["job"]["name"].text(), "aws.cost.cur");
  EXPECT_EQ(all[0]["run"]["facets"]["nominalTime"]["nominalStartTime"].text(), "2026-05-15T00:00:00Z");
}

TEST_F(LineageEventTest, AnEndTellsOfEveryStepAndWhatItWroteAndChecked) {
  const std::vector<Json> all = events(LineageType::complete);
  ASSERT_EQ(all.size(), 5u);
  const Json& ingested = all[1];
  EXPECT_EQ(ingested["eventType"].text(), "COMPLETE");
  EXPECT_EQ(ingested["run"]["facets"]["parent"]["run"]["runId"].text(), run.id);
  const Json& output = ingested["outputs"].items().at(0);
  EXPECT_EQ(output["namespace"].text(), "ducklake://acme");
  EXPECT_EQ(output["name"].text(), "acme.aws_cost_raw");
  EXPECT_EQ(output["outputFacets"]["outputStatistics"]["rowCount"].integer(), 1281);
  EXPECT_EQ(output["facets"]["schema"]["fields"].items().at(0)["type"].text(), "DECIMAL(38,24)");
  const Json& whole = all.back();
  EXPECT_EQ(whole["run"]["runId"].text(), run.id);
  EXPECT_EQ(whole["outputs"].size(), 1u);
  const Json& facets = whole["inputs"].items().at(0)["inputFacets"];
  EXPECT_EQ(facets["dataQualityAssertions"]["assertions"].items().at(0)["column"].text(), "cost");
  EXPECT_EQ(facets["dataQualityMetrics"]["rowCount"].integer(), 1281);
}

TEST_F(LineageEventTest, AFailureNamesItsReason) {
  steps.back().state = StepState::failed;
  steps.back().error_message = "broken";
  run.error_message = "step 'check': broken";
  const std::vector<Json> all = events(LineageType::fail);
  EXPECT_EQ(all.back()["eventType"].text(), "FAIL");
  EXPECT_EQ(all.back()["run"]["facets"]["errorMessage"]["message"].text(), "step 'check': broken");
  EXPECT_EQ(all[3]["eventType"].text(), "FAIL");
  EXPECT_EQ(all[3]["run"]["facets"]["errorMessage"]["message"].text(), "broken");
}

// Bug: only checks had inputs, so that no collector could draw from a delivery over its raw table to what is made of it.
TEST_F(LineageEventTest, StepsNameTheDeliveriesAndTablesThatTheyRead) {
  steps.front().metadata_json = R"({"table":"aws_cost_raw","inputs":[{"uri":"s3://bucket/cur/daily/"}]})";
  add_step("summary", "query", StepState::complete, R"({"table":"cost_daily","inputs":[{"table":"aws_cost_raw"},{"table":"rates"},{"table":"no_table"}]})", 7);
  steps.back().bytes_processed = 0;
  schemas["Rates"] = *parse_json(R"([{"name":"day","type":"DATE"}])");
  const auto names_of = [](const Json& datasets) {
    std::string all;
    for (const Json& one : datasets.items()) all += (all.empty() ? "" : " ") + one["namespace"].text() + " " + one["name"].text();
    return all;
  };
  const std::vector<Json> all = events(LineageType::complete);
  ASSERT_EQ(all.size(), 7u);
  EXPECT_EQ(names_of(all[1]["inputs"]), "s3://bucket cur/daily");
  EXPECT_EQ(names_of(all[5]["inputs"]), "ducklake://acme acme.aws_cost_raw ducklake://acme acme.Rates");
  EXPECT_EQ(all[5]["inputs"].items().at(1)["facets"]["schema"]["fields"].items().at(0)["name"].text(), "day");
  EXPECT_EQ(names_of(all[6]["inputs"]), "s3://bucket cur/daily ducklake://acme acme.aws_cost_raw ducklake://acme acme.Rates") << "what was checked stays, with its verdicts";
  const Json& statistics = all[5]["outputs"].items().at(0)["outputFacets"]["outputStatistics"];
  EXPECT_EQ(statistics["rowCount"].integer(), 7);
  EXPECT_EQ(statistics.find("size"), nullptr) << "a size that is not known was told as 0";
}

TEST_F(LineageEventTest, DeliveriesAreNamedByTheirStores) {
  const auto name_of = [&](const std::string& uri) {
    steps.front().metadata_json = Json::object().set("inputs", Json::array().push(Json::object().set("uri", uri))).dump();
    const Json input = events(LineageType::complete)[1]["inputs"].items().at(0);
    return input["namespace"].text() + " " + input["name"].text();
  };
  EXPECT_EQ(name_of("file:///srv/exports/acme"), "file /srv/exports/acme");
  EXPECT_EQ(name_of("sample://aws"), "sample://aws /");
  EXPECT_EQ(name_of("gs://bucket/billing"), "gs://bucket billing");
}

// Bug: a gated run that its check refused told of rows in tables that have none.
TEST_F(LineageEventTest, ARefusedGatedRunListsNoOutputs) {
  steps.front().metadata_json = R"({"table":"aws_cost_raw","gate_refused":true})";
  for (const Json& event : events(LineageType::fail)) EXPECT_EQ(event["outputs"].size(), 0u) << event.dump();
}

TEST_F(LineageEventTest, ARetryDoesNotTellAgainWhatItTookOver) {
  steps[0].metadata_json = R"({"table":"aws_cost_raw","reused_from":"99999999-2222-4333-8444-555555555555"})";
  const std::vector<Json> all = events(LineageType::complete);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0]["job"]["name"].text(), "aws.cost.cur.check");
  EXPECT_EQ(all[2]["outputs"].size(), 0u);
  EXPECT_EQ(all[2]["inputs"].size(), 1u) << "it read the table nevertheless";
}

TEST_F(LineageEventTest, StepsThatNeverRanAreNotTold) {
  steps.back().state = StepState::skipped;
  steps.back().start_ms = 0;
  EXPECT_EQ(events(LineageType::complete).size(), 3u);
}

TEST_F(LineageEventTest, AStepsIdIsAUuidThatIsAlwaysTheSame) {
  const std::string id = step_run_id(run.id, "ingest");
  EXPECT_EQ(id, step_run_id(run.id, "ingest"));
  EXPECT_NE(id, step_run_id(run.id, "check"));
  ASSERT_EQ(id.size(), 36u);
  for (int i = 0; i < 100; ++i) {
    const std::string other = step_run_id(run.id, std::to_string(i));
    EXPECT_EQ(other[14], '8');
    EXPECT_NE(std::string("89ab").find(other[19]), std::string::npos) << other;
  }
}

TEST_F(LineageEventTest, EveryFacetSaysWhoMadeItAndWhereItsSchemaStands) {
  const std::function<void(const Json&)> walk = [&](const Json& json) {
    for (const auto& [name, member] : json.members()) {
      if (name == "facets" || name == "inputFacets" || name == "outputFacets") {
        for (const auto& [facet, body] : member.members()) {
          EXPECT_EQ(body["_producer"].text(), names.producer) << facet;
          EXPECT_TRUE(body["_schemaURL"].text().starts_with("https://openlineage.io/spec/facets/")) << facet;
        }
      }
      walk(member);
    }
    for (const Json& item : json.items()) walk(item);
  };
  for (const Json& event : events(LineageType::complete)) walk(event);
}

}  // namespace
}  // namespace cvg
