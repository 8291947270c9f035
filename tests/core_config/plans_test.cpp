#include "core/config/plans.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Plans, ShippedFileHoldsTheThreePlans) {
  const auto plans = Plans::load(CVG_SOURCE_DIR "/configs/plans.yml");
  ASSERT_TRUE(plans.ok()) << plans.status().text();
  ASSERT_EQ(plans->all().size(), 3u);
  const PlanLimits* starter = plans->find("starter");
  ASSERT_NE(starter, nullptr);
  EXPECT_EQ(starter->name, "STARTER");
  EXPECT_EQ(starter->daily, 6);
  EXPECT_EQ(starter->monthly, 180);
  EXPECT_EQ(starter->concurrent, 3);
  EXPECT_EQ(plans->find("SCALE")->monthly, 3000);
  EXPECT_EQ(plans->find("GOLD"), nullptr);
}

TEST(Plans, RefusalsNameLineAndField) {
  const std::pair<const char*, const char*> cases[] = {
      {"A: {daily: 1, montly: 2}\n", "p.yml:1: plan A: unknown key 'montly'; did you mean 'monthly'?"},
      {"A: {daily: 1}\n", "p.yml:1: plan A: monthly is missing"},
      {"\nA:\n  daily: many\n", "p.yml:3: plan A: daily must be a whole number between 0 and 1000000000"},
      {"A: {daily: 1, monthly: 1, concurrent: 1, team: 1, providers: 1}\n"
       "a: {daily: 1, monthly: 1, concurrent: 1, team: 1, providers: 1}\n", "p.yml: the plan A stands there twice"},
      {"[]\n", "p.yml: a map of plans is expected"},
  };
  for (const auto& [text, message] : cases) {
    const auto plans = Plans::parse(text, "p.yml");
    ASSERT_FALSE(plans.ok()) << text;
    EXPECT_EQ(plans.status().text(), message);
  }
}

TEST(Plans, RetentionOfLogsIsThirtyDaysUnlessThePlanSaysOtherwise) {
  const auto plans = Plans::parse("A: {daily: 1, monthly: 1, concurrent: 1, team: 1, providers: 1}\n"
                                  "B: {daily: 1, monthly: 1, concurrent: 1, team: 1, providers: 1, retention: 90}\n", "plans.yml");
  ASSERT_TRUE(plans.ok()) << plans.status().text();
  EXPECT_EQ(plans->retention_days("a"), 30);
  EXPECT_EQ(plans->retention_days("b"), 90);
  EXPECT_EQ(plans->retention_days("gone"), 30);
  const auto bad = Plans::parse("B: {daily: 1, monthly: 1, concurrent: 1, team: 1, providers: 1, retention: 0}\n", "plans.yml");
  EXPECT_NE(bad.status().text().find("retention must be a whole number"), std::string::npos) << bad.status().text();
}

}  // namespace
}  // namespace cvg
