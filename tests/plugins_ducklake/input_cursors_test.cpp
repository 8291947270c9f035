#include "plugins/ducklake/input_cursors.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using Rows = std::vector<std::string>;

class InputCursors : public ::testing::Test {
 protected:
  InputCursors() {
    lakes->create_dataset(acme.call, Json::object());
    load("r1", "1");
  }
  void load(const std::string &run, const std::string &value) {
    publish(*lakes, acme, run, Request(CVG_REPLACE_UNIT, "raw").sql("SELECT " + value + " AS v").unit("s", "u"), R"({"raw|s|u":)" + loaded_by(run) + "}");
  }
  static std::string loaded_by(const std::string &run) { return R"({"version":"v:1","run":")" + run + R"(","rows":1})"; }
  cvg_handle derive(const std::string &marker) {
    const cvg_handle txn = lakes->begin(acme.call, marker);
    lakes->ingest(acme.call, Request(CVG_REPLACE_UNIT, "daily").sql("SELECT v FROM raw").unit("s", "u").raw(txn));
    return txn;
  }
  Json end(cvg_handle txn, const std::string &input_cursor, const std::string &input = "raw|s|u") {
    return lakes->end(acme.call, txn, true, Json::parse(R"({"daily|s|u":{"version":"","derivation":"d","derived_from":{"key":")" + input +
                                                        R"(","cursor":)" + input_cursor + "}}}"));
  }
  Lakes lakes;
  Caller acme;
};

// Bug: a run that derived from an earlier load and published last left rows of that load beside the newer input.
TEST_F(InputCursors, RowsDerivedFromALoadThatWasReplacedMeanwhileAreAConflict) {
  const cvg_handle late = derive("late");
  load("r2", "2");
  end(derive("early"), loaded_by("r2"));
  const auto [code, message] = error_of([&] { end(late, loaded_by("r1")); });
  EXPECT_EQ(code, CVG_E_CONFLICT);
  EXPECT_NE(message.find("published anew meanwhile (raw|s|u)"), std::string::npos) << message;
  EXPECT_EQ(rows(*lakes, acme, "SELECT v FROM daily"), Rows{"2"});
  EXPECT_EQ(error_of([&] { lakes->published(acme.call, "late"); }).first, CVG_E_NOT_FOUND);
  end(derive("late"), loaded_by("r2"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT v FROM daily"), Rows{"2"});
}

TEST_F(InputCursors, WhatWasDerivedFromIsNotStored) {
  end(derive("m"), loaded_by("r1"));
  EXPECT_EQ(lakes->cursor(acme.call, "daily|s|u").dump(), R"({"version":"","derivation":"d"})");
  EXPECT_EQ(lakes->published(acme.call, "m").dump(), R"({"daily|s|u":{"version":"","derivation":"d"}})");
}

TEST_F(InputCursors, AnInputThatHadNoCursorMustStillHaveNone) {
  end(derive("m1"), "null", "other|s|u");
  EXPECT_EQ(error_of([&] { end(derive("m2"), "null"); }).first, CVG_E_CONFLICT);
  EXPECT_EQ(error_of([&] { end(derive("m3"), loaded_by("r1"), "other|s|u"); }).first, CVG_E_CONFLICT);
}

}  // namespace
}  // namespace ducklake_tests
