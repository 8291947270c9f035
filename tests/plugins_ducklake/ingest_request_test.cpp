#include "plugins/ducklake/ingest_request.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using ducklake::IngestRequest;

class Ingest : public ::testing::Test {
 protected:
  std::pair<cvg_status, std::string> decode(Request request) {
    return error_of([&] { decoded = IngestRequest::from(caller.call, request.raw(1)); });
  }
  Caller caller;
  IngestRequest decoded;
};

TEST_F(Ingest, DecodesColumnsKeysAndConstants) {
  const auto [code, message] = decode(Request(CVG_MERGE, "t").keys(R"(["id"])").sql("SELECT 1").schema(R"j([
      {"name":"a","type":"DECIMAL(38,24)","role":"money","from":"A","convert":"native","nullable":false},
      {"name":"m","type":"MAP(VARCHAR, VARCHAR)","from":[["x","k"]]},{"name":"same","type":"DATE"},{"name":"none","type":"DATE","from":""}])j")
      .constants(R"([{"name":"x_run_id","value":"r"},{"name":"n","type":"BIGINT","value":null}])"));
  ASSERT_EQ(code, CVG_OK) << message;
  ASSERT_EQ(decoded.targets.size(), 4u);
  EXPECT_TRUE(decoded.targets[0].money);
  EXPECT_FALSE(decoded.targets[0].nullable);
  EXPECT_EQ(decoded.targets[1].entries.at(0).second, "k");
  EXPECT_EQ(decoded.targets[2].from, "same");
  EXPECT_EQ(decoded.targets[3].from, "");
  EXPECT_EQ(decoded.constants.at(0).type, "VARCHAR");
  EXPECT_FALSE(decoded.constants.at(1).value);
}

TEST_F(Ingest, RefusesWhatIsIncomplete) {
  EXPECT_EQ(decode(Request(CVG_MERGE, "t")).second, "the write mode merge needs keys");
  EXPECT_EQ(decode(Request(CVG_REPLACE_UNIT, "t")).second, "the write mode replace_unit needs a source and a unit");
  EXPECT_EQ(decode(Request(CVG_REPLACE_PARTITION, "t")).second, "the write mode replace_partition needs a column and a value");
  EXPECT_EQ(decode(Request(99, "t")).first, CVG_E_UNSUPPORTED);
  EXPECT_EQ(decode(Request(CVG_APPEND, "1t")).second, "'1t' is no table name");
  EXPECT_EQ(decode(Request(CVG_APPEND, "t").existing_csv("/x", R"(["a"])")).second, "files need a schema_json");
  EXPECT_EQ(decode(Request(CVG_APPEND, "t").sql("SELECT 1").existing_csv("/x", R"(["a"])")).second,
            "rows come from one of stream, files and sql, not from several");
}

TEST_F(Ingest, ReadsAPartitionValueOfAnyType) {
  decode(Request(CVG_REPLACE_PARTITION, "t").partition(R"({"column":"d","value":7})"));
  EXPECT_EQ(decoded.partition_value, "7");
  decode(Request(CVG_REPLACE_PARTITION, "t").partition(R"({"column":"d","value":null})"));
  EXPECT_FALSE(decoded.partition_value);
}

}  // namespace
}  // namespace ducklake_tests
