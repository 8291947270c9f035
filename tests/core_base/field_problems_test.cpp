#include "core/base/field_problems.h"

#include <gtest/gtest.h>

#include "core/base/json.h"

namespace cvg {
namespace {

TEST(FieldProblems, NoneIsOk) { EXPECT_TRUE(FieldProblems().status().ok()); }

TEST(FieldProblems, OneIsNamedByItself) {
  FieldProblems problems;
  problems.add("tenant_id", "is required");
  const Status status = problems.status();
  EXPECT_EQ(status.code(), Code::invalid);
  EXPECT_EQ(status.text(), "tenant_id is required");
  EXPECT_EQ(status.detail_json(), R"({"field":"tenant_id","issue":"is required"})");
}

TEST(FieldProblems, SeveralAreListedAndTheFirstStandsInFront) {
  FieldProblems problems;
  problems.add("a", "is wrong");
  problems.add("b", "is missing");
  const Json detail = Json::parse(problems.status().detail_json());
  EXPECT_EQ(detail["field"].text(), "a");
  EXPECT_EQ(detail["errors"].size(), 2u);
  EXPECT_EQ(detail["errors"].items()[1]["issue"].text(), "is missing");
  EXPECT_EQ(problems.status().text(), "a is wrong; b is missing");
}

}  // namespace
}  // namespace cvg
