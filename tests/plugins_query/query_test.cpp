#include "tests/plugins_query/fake_host.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

class Query : public testing::Test {
 protected:
  Query() : step(host) {
    host.sql("CREATE TABLE cost (x_source VARCHAR, x_unit VARCHAR, day DATE, amount DECIMAL(38,24))");
    host.sql("INSERT INTO cost VALUES ('a','2025-10','2025-10-02',1.5), ('a','2025-11','2025-11-02',2.25),"
             "('b''; --','2025-11','2025-11-03',4), ('c','2025-11','2025-11-03',8)");
  }
  FakeHost host;
  FakeStep step;
};

TEST_F(Query, WithoutDestinationTheFirstRowBecomesOutputs) {
  const StepRun r = step.run(R"({"sql":"SELECT day, amount FROM cost ORDER BY day -- newest last"})");
  ASSERT_EQ(r.status, CVG_OK) << r.message;
  EXPECT_EQ(r.outputs["day"].text(), "2025-10-02");
  EXPECT_EQ(r.outputs["amount"].text(), "1.500000000000000000000000");
  EXPECT_EQ(r.outputs["rows"].text(), "1");
}

// Found in review: such columns told of rows, tables and quality results that did not exist.
TEST_F(Query, ColumnsNeverPassForWhatTheEngineReadsOfAStep) {
  for (const std::string name : {"rows", "bytes", "table", "units", "dq_results", "reused_from", "responsible_for", "resumed", "error", "gate_refused", "inputs"}) {
    for (const std::string where : {"true", "false"}) {
      const StepRun r = step.run(R"({"sql":"SELECT 1 AS n, 'ghost' AS \")" + name + R"(\" WHERE )" + where + R"("})");
      EXPECT_EQ(r.status, CVG_E_CONFIG) << name;
      EXPECT_NE(r.message.find("'" + name + "'"), std::string::npos) << r.message;
      EXPECT_EQ(r.outputs.size(), 0u) << name;
    }
  }
  EXPECT_EQ(step.run(R"({"sql":"SELECT 5 AS n_rows"})").outputs.dump(), R"({"rows":1,"n_rows":5})");
}

TEST_F(Query, NoRowGivesOutputsWithZeroRows) {
  const StepRun r = step.run(R"({"sql":"SELECT day FROM cost WHERE false"})");
  ASSERT_EQ(r.status, CVG_OK);
  EXPECT_EQ(r.outputs.dump(), R"({"rows":0})");
}

TEST_F(Query, InputWithoutDestinationIsNarrowedToTheUnitsOfTheRun) {
  host.units["cost"] = R"([{"source":"a","unit":"2025-11"},{"source":"c","unit":"2025-11"}])";
  const StepRun r = step.run(R"({"sql":"SELECT CAST(sum(amount) AS VARCHAR) AS total FROM input","input":"cost"})");
  ASSERT_EQ(r.status, CVG_OK) << r.message;
  EXPECT_EQ(r.outputs["total"].text(), "10.250000000000000000000000");
}

TEST_F(Query, InputIsWrittenUnitByUnitAndAllUnitsGoToTheWarehouseAtOnce) {
  host.units["cost"] = R"([{"source":"a","unit":"2025-11"},{"source":"b'; --","unit":"2025-11"},{"source":"z","unit":"1"}])";
  const StepRun r = step.run(R"({"sql":"WITH x AS (SELECT * FROM input) SELECT sum(amount) AS s FROM x HAVING count(*) > 0; -- all of it",
      "input":"cost","destination":{"table":"focus","write_mode":"replace_unit","schema":"freeze"}})");
  ASSERT_EQ(r.status, CVG_OK) << r.message;
  ASSERT_EQ(host.ingests.size(), 1u);
  EXPECT_EQ(host.ingests[0].mode, static_cast<uint32_t>(CVG_DERIVE_UNITS));
  EXPECT_EQ(host.ingests[0].table, "focus");
  EXPECT_EQ(host.ingests[0].source, "cost");
  EXPECT_EQ(host.ingests[0].keys, host.units["cost"]);  // an empty unit replaces, too
  EXPECT_EQ(host.ingests[0].policy, "freeze");
  ASSERT_EQ(host.ingests[0].rows.rows.size(), 2u);
  EXPECT_EQ(host.ingests[0].rows.rows.at(0).at(0).text(), "2.250000000000000000000000");
  EXPECT_EQ(host.ingests[0].rows.rows.at(1).at(0).text(), "4.000000000000000000000000");
  EXPECT_EQ(r.outputs["rows"].text(), "2");
  EXPECT_EQ(r.outputs["units"].items()[1]["source"].text(), "b'; --");
}

TEST_F(Query, ARunWithoutUnitsWritesNothing) {
  const StepRun r = step.run(R"({"sql":"SELECT * FROM input","input":"cost","destination":{"table":"focus"}})");
  ASSERT_EQ(r.status, CVG_OK);
  EXPECT_TRUE(host.ingests.empty());
  EXPECT_EQ(r.outputs["rows"].text(), "0");
}

TEST_F(Query, EveryWriteModeReachesTheWarehouse) {
  const struct { const char *destination; uint32_t mode; } cases[] = {
      {R"({"table":"t"})", CVG_APPEND},
      {R"({"table":"t","write_mode":"replace"})", CVG_REPLACE_TABLE},
      {R"({"table":"t","write_mode":"merge","keys":["day"]})", CVG_MERGE},
      {R"({"table":"t","write_mode":"replace_partition","partition":{"column":"day","value":"2025-11-02"}})", CVG_REPLACE_PARTITION},
      {R"({"table":"t","write_mode":"replace_unit"})", CVG_REPLACE_UNIT}};
  for (const auto &c : cases) {
    const std::string spec = std::string(R"({"sql":"SELECT 1 AS one /* end","destination":)") + c.destination + "}";
    EXPECT_NE(step.run(spec).status, CVG_OK) << "an open comment is refused";
    const StepRun r = step.run(std::string(R"({"sql":"SELECT 1 AS one -- end","destination":)") + c.destination + "}");
    ASSERT_EQ(r.status, CVG_OK) << r.message;
    EXPECT_EQ(host.ingests.back().mode, c.mode);
    EXPECT_EQ(r.outputs["rows"].text(), "1");
  }
  EXPECT_EQ(host.ingests[2].keys, R"(["day"])");
  EXPECT_EQ(host.ingests[3].partition, R"({"column":"day","value":"2025-11-02"})");
  EXPECT_EQ(host.ingests[4].source, "aws/cost/x/s1");
  EXPECT_EQ(host.ingests[4].unit, "2025-11-15");
}

TEST_F(Query, AFailedUnitFailsThemAllForNothingIsPublished) {
  host.units["cost"] = R"([{"source":"a","unit":"2025-11"},{"source":"c","unit":"2025-11"}])";
  const StepRun r = step.run(R"({"sql":"SELECT CASE WHEN x_source = 'c' THEN error('bad row') END FROM input","input":"cost",
      "destination":{"table":"focus"}})");
  EXPECT_EQ(r.status, CVG_E_DATA);
  EXPECT_EQ(r.outputs["units"].size(), 0u);
}

TEST_F(Query, PlanNamesTheFieldThatIsWrong) {
  EXPECT_EQ(step.plan(R"({"sql":"SELECT 1"})"), "");
  EXPECT_EQ(step.plan(R"({"sql":"SELECT 1; DROP TABLE cost"})"), "sql: the SQL holds more than one statement");
  EXPECT_EQ(step.plan(R"({"sql":"SELECT 1","destination":{"table":"t","write_mode":"merge"}})"),
            "destination.keys: merge needs the keys that name a row");
  EXPECT_EQ(step.plan(R"({"sql":"SELECT 1","input":"i","destination":{"table":"t","write_mode":"append"}})"),
            "destination.write_mode: with input the table is written once per unit: write_mode must be replace_unit");
}

TEST_F(Query, CancelledRunStops) {
  host.units["cost"] = R"([{"source":"a","unit":"2025-11"}])";
  host.cancel = true;
  EXPECT_EQ(step.run(R"({"sql":"SELECT * FROM input","input":"cost","destination":{"table":"t"}})").status, CVG_E_CANCELLED);
}

TEST_F(Query, DescribesItsSpec) {
  EXPECT_EQ(step.describe()["spec_schema"]["required"].dump(), R"(["sql"])");
}

}  // namespace
}  // namespace cvg
