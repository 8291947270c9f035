#include "core/run/run_units.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(RunUnits, TablesAreComparedInLowerCaseAndUnitsKeptOnce) {
  TableUnits units;
  add_unit(units, "Cost", {"s", "2025-10"});
  add_unit(units, "cost", {"s", "2025-10"});
  add_unit(units, "cost", {"s", "2025-11"});
  RunUnits run;
  run.add(units);
  run.add(units);
  EXPECT_EQ(run.of("COST").dump(), R"([{"source":"s","unit":"2025-10"},{"source":"s","unit":"2025-11"}])");
  EXPECT_EQ(run.of("other").dump(), "[]");
}

TEST(RunUnits, JsonGivesThemBack) {
  TableUnits units;
  add_unit(units, "a", {"s|x", "u"});
  EXPECT_EQ(table_units_from_json(to_json(units)), units);
}

}  // namespace
}  // namespace cvg
