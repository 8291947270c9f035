#include "core/run/mirror_rows.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(MirrorRows, EveryRowFitsItsColumns) {
  cvg::Run run;
  run.id = "r";
  run.created_ms = run.start_ms = 1763200000000;
  run.end_ms = run.start_ms + 1500;
  StepRun step;
  step.step_id = "a";
  step.metadata_json = R"({"table":"t","passed":3})";
  DqResult result;
  result.step_id = "a";
  const std::size_t run_columns = run_table().json()["columns"].size();
  EXPECT_EQ(run_row(run, 5).size(), run_columns);
  EXPECT_EQ(step_row(run, step).size(), step_table().json()["columns"].size());
  const auto rows = dq_rows(run, step, {result});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].size(), dq_table().json()["columns"].size());
  EXPECT_EQ(usage_row({}, {}, 1).size(), usage_table().json()["columns"].size());
  for (const Json& table : tenant_tables({}, {ApiKey()}, {Credential()}, 1)) EXPECT_EQ(table["rows"].items()[0].size(), table["columns"].size()) << table["table"].text();
}

TEST(MirrorRows, TextsThatNoWarehouseKeepsAreMended) {
  const std::pair<std::string, std::string> cases[] = {
      {"plain \xc3\xa9 \xf0\x9f\x99\x82\n", "plain \xc3\xa9 \xf0\x9f\x99\x82\n"},
      {std::string("\0a\0", 3), "\xef\xbf\xbd" "a\xef\xbf\xbd"},
      {"cut \xf0\x9f\x99", "cut \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xff\xc3\xa9", "\xef\xbf\xbd\xc3\xa9"},
  };
  for (const auto& [text, kept] : cases) {
    MirrorTable table("t", {"k"}, {"k", "n"});
    table.add(Json::array().push(text).push(7));
    EXPECT_EQ(table.json()["rows"].items()[0].items()[0].text(), kept);
    EXPECT_EQ(table.json()["rows"].items()[0].items()[1].text(), "7");
  }
}

TEST(MirrorRows, TimesAreUtcAndMissingOnesNull) {
  cvg::Run run;
  run.created_ms = 1763200000000;  // 2025-11-15T09:46:40Z
  const Json row = run_row(run, 0);
  EXPECT_EQ(row.items()[17].text(), "2025-11-15");
  EXPECT_EQ(row.items()[18].text(), "2025-11-15 09:46:40");
  EXPECT_TRUE(row.items()[8].is_null());
  EXPECT_TRUE(row.items()[10].is_null());
}

TEST(MirrorRows, KeysAreNeverCopied) {
  ApiKey key;
  key.hash = "hash";
  key.ciphertext = "ciphertext";
  for (const Json& table : tenant_tables({}, {key}, {}, 1)) EXPECT_EQ(table.dump().find("ciphertext"), std::string::npos);
}

TEST(MirrorRows, SealedCredentialsAreNeverCopiedAndTheirTableIsWhole) {
  Credential credential;
  credential.name = "main";
  credential.sealed = "sealed-bytes";
  credential.last_check_message = "refused: told-by-the-cloud";
  int found = 0;
  for (const Json& table : tenant_tables({}, {}, {credential}, 1)) {
    const bool is_credentials = table["table"].text() == "x_meta_cloud_credentials";
    found += is_credentials ? 1 : 0;
    EXPECT_EQ(table["is_whole"].boolean(), is_credentials);
    EXPECT_EQ(table.dump().find("sealed-bytes"), std::string::npos);
    EXPECT_EQ(table.dump().find("told-by-the-cloud"), std::string::npos);
  }
  EXPECT_EQ(found, 1);
}

TEST(MirrorRows, ARevokedKeyTellsWhen) {
  ApiKey key;
  key.is_active = false;
  key.revoked_ms = 1763200000000;
  const Json table = tenant_tables({}, {key}, {}, 1).back();
  const auto& columns = table["columns"].items();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].text() != "revoked_at") continue;
    EXPECT_EQ(table["rows"].items()[0].items()[i].text(), "2025-11-15 09:46:40");
    return;
  }
  FAIL() << "no column revoked_at";
}

}  // namespace
}  // namespace cvg
