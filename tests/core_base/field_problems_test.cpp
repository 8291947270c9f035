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

TEST(FieldProblems, MembersThatNobodyReadsAreTold) {
  FieldProblems problems;
  problems.add_unknown(Json::parse(R"({"a":1,"timezon":"UTC","b":2,"c":null})"), {"a", "b"});
  EXPECT_EQ(problems.status().text(), "timezon is not known here: this takes a, b; c is not known here: this takes a, b");
}

TEST(FieldProblems, WhatReadersSayIsTakenOverOnce) {
  FieldProblems inner, problems;
  inner.add("a", "is wrong");
  inner.add("b", "is missing");
  problems.add(Status());
  EXPECT_TRUE(problems.empty());
  problems.add(inner.status());
  problems.add(Status(Code::invalid, "b: is missing").with_detail_json(R"({"field":"b","issue":"is missing"})"));
  problems.add(Status(Code::invalid, "c: no").with_detail_json(R"({"field":"c","issue":"no"})"));
  EXPECT_EQ(problems.status().text(), "a is wrong; b is missing; c: no");
  EXPECT_EQ(problems.value_of(Result<int>(Status(Code::unavailable, "the disk is full"))), 0);
  EXPECT_EQ(problems.status().code(), Code::unavailable) << "the fields are not what stops it";
}

}  // namespace
}  // namespace cvg
