#include "core/run/step_inputs.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

using Names = std::vector<std::string>;

TEST(StepInputs, TablesStandBehindFromAndJoin) {
  EXPECT_EQ(tables_in_sql("SELECT * FROM costs"), Names{"costs"});
  EXPECT_EQ(tables_in_sql("select a.x from Acme.Costs a join \"Daily Rates\" AS r on a.d = r.d"), (Names{"costs", "daily rates"}));
  EXPECT_EQ(tables_in_sql("SELECT * FROM a, b AS x, lake.main.c WHERE a.i = b.i"), (Names{"a", "b", "c"}));
  EXPECT_EQ(tables_in_sql("SELECT (SELECT max(d) FROM b) FROM a WHERE i IN (SELECT i FROM c)"), (Names{"b", "a", "c"}));
  EXPECT_EQ(tables_in_sql("SELECT 1 FROM a UNION ALL SELECT 2 FROM a"), Names{"a"});
  EXPECT_EQ(tables_in_sql("SELECT * FROM a LEFT JOIN b USING (i)"), (Names{"a", "b"}));
}

TEST(StepInputs, TextsCommentsFunctionsAndNamedQueriesAreNoTables) {
  EXPECT_EQ(tables_in_sql("SELECT 'x FROM y', /* FROM z */ 1 -- FROM w\nFROM a"), Names{"a"});
  EXPECT_EQ(tables_in_sql("SELECT * FROM range(10)"), Names{});
  EXPECT_EQ(tables_in_sql("WITH days AS (SELECT d FROM a), more AS MATERIALIZED (SELECT d FROM days) SELECT * FROM more"), Names{"a"});
  EXPECT_EQ(tables_in_sql(""), Names{});
  EXPECT_EQ(tables_in_sql("SELECT 'never closed FROM a"), Names{});
  EXPECT_EQ(tables_in_sql("SELECT 1 FROM"), Names{});
  EXPECT_EQ(tables_in_sql("SELECT 1 /* never closed FROM a"), Names{});
}

TEST(StepInputs, TheDeclaredInputStandsForItsName) {
  EXPECT_EQ(step_inputs(*parse_json(R"-({"input":"Aws_Cost_Raw","sql":"SELECT * FROM input JOIN rates USING (d)"})-")).dump(),
            R"([{"table":"aws_cost_raw"},{"table":"rates"}])");
  EXPECT_EQ(step_inputs(*parse_json(R"({"to":"ops@example.com"})")).dump(), "[]");
}

TEST(StepInputs, TheAddressOfADeliveryHasNoSecret) {
  const auto address = [](const std::string& uri) { return step_inputs(Json::object().set("source", Json::object().set("uri", uri))).items().at(0)["uri"].text(); };
  EXPECT_EQ(address("s3://bucket/cur/daily"), "s3://bucket/cur/daily");
  EXPECT_EQ(address("https://user:secret@host.example/x?sig=secret#secret"), "https://host.example/x");
  EXPECT_EQ(address("sample://aws/a@b"), "sample://aws/a@b");
  EXPECT_EQ(address("abfss://container@account.dfs.core.windows.net/x?sig=secret"), "abfss://container@account.dfs.core.windows.net/x");
}

}  // namespace
}  // namespace cvg
