#include "host/sample/charge.h"

#include <gtest/gtest.h>

#include <set>

namespace cvg {
namespace {

SampleOptions small() {
  SampleOptions o;
  o.rows = 6000;
  o.days = 30;
  return o;
}

std::vector<Charge> charges(const SampleOptions& options, bool corrected) {
  std::vector<Charge> all;
  const SamplePeriod period = periods_of(options)->front();
  for (const SampleAccount* payer : payers_of(Cloud::aws))
    EXPECT_TRUE(for_charges(options, Cloud::aws, payer->payer, period, corrected, [&](const Charge& c) { all.push_back(c); return Status(); }).ok());
  return all;
}

TEST(Charge, PeriodsFollowTheCalendar) {
  SampleOptions o;
  o.start = "2025-12-30";
  o.days = 34;
  const std::vector<SamplePeriod> periods = *periods_of(o);
  ASSERT_EQ(periods.size(), 3u);
  EXPECT_EQ(periods[0].month, "2025-12");
  EXPECT_EQ(periods[0].next_month, "2026-01");
  EXPECT_EQ(periods[1].last - periods[1].first, 30);
  EXPECT_EQ(periods[2].last, periods[2].first);
  o.start = "2025-02-30";
  EXPECT_EQ(periods_of(o).status().code(), Code::invalid);
}

TEST(Charge, EveryKindOccurs) {
  std::set<ChargeKind> kinds;
  for (const Charge& c : charges(small(), true)) kinds.insert(c.kind);
  EXPECT_EQ(kinds.size(), 10u);
}

TEST(Charge, APlansNegationTakesBackItsUsage) {
  Amount covered, negated;
  for (const Charge& c : charges(small(), false)) {
    if (c.kind == ChargeKind::plan_usage) covered += c.cost;
    if (c.kind == ChargeKind::plan_negation) negated += c.cost;
  }
  EXPECT_GT(covered.units, 0);
  EXPECT_EQ((covered + negated).units, 0);
}

TEST(Charge, ACorrectionChangesSomeCostsAndAddsARefund) {
  const std::vector<Charge> first = charges(small(), false), second = charges(small(), true);
  Amount before, after;
  for (const Charge& c : first) before += c.cost;
  for (const Charge& c : second) after += c.cost;
  EXPECT_LT(after.units, before.units);
  EXPECT_EQ(second.size(), first.size() + offers_of(Cloud::aws).account_count);
}

TEST(Charge, TheSeedAloneDecides) {
  SampleOptions other = small();
  other.seed = 7;
  const std::vector<Charge> a = charges(small(), false), b = charges(small(), false), c = charges(other, false);
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(a[100].id, b[100].id);
  EXPECT_EQ(a[100].cost.units, b[100].cost.units);
  EXPECT_NE(a[100].id, c[100].id);
}

}  // namespace
}  // namespace cvg
