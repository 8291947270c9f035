#include "core/config/template_problems.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(TemplateProblems, PathsAndPointersAreTwoFormsOfOnePlace) {
  EXPECT_EQ(pointer_of_path("steps[2].source.uri"), "/steps/2/source/uri");
  EXPECT_EQ(pointer_of_path(""), "");
  EXPECT_EQ(path_of_pointer("/steps/2/source/uri"), "steps[2].source.uri");
  EXPECT_EQ(path_of_pointer(""), "");
}

TEST(TemplateProblems, ValuesAreFoundByPath) {
  const Json root = Json::parse(R"({"a":[{"b":7}]})");
  ASSERT_NE(value_at(root, "a[0].b"), nullptr);
  EXPECT_EQ(value_at(root, "a[0].b")->text(), "7");
  EXPECT_EQ(value_at(root, "a[1].b"), nullptr);
  EXPECT_EQ(value_at(root, "a[0].c"), nullptr);
  EXPECT_EQ(value_at(root, ""), &root);
}

TEST(TemplateProblems, StatusTellsTheFirstAndCountsTheRest) {
  const Status status = status_of("x.yml", {{3, "steps[0].type", "is wrong"}, {4, "", "too"}});
  EXPECT_EQ(status.text(), "x.yml:3: steps[0].type: is wrong (and 1 more)");
  EXPECT_EQ(parse_json(status.detail_json())->find("errors")->size(), 2u);
  EXPECT_TRUE(status_of("x.yml", {}).ok());
}

}  // namespace
}  // namespace cvg
