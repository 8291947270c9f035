#include "plugins/dq_check/table.h"

#include <gtest/gtest.h>

namespace dq {
namespace {

TEST(Table, ColumnsAreFoundWhateverTheirCase) {
  Table t;
  t.columns.push_back(Column{"Cost", "\"Cost\"", "BIGINT", Family::integer, false});
  EXPECT_EQ(t.find("cOST"), &t.columns[0]);
  EXPECT_EQ(t.find("costs"), nullptr);
}

TEST(Table, LineageColumnsBeginWithX) {
  EXPECT_TRUE(is_lineage("x_source"));
  EXPECT_TRUE(is_lineage("X_UNIT"));
  EXPECT_FALSE(is_lineage("x_"));
  EXPECT_FALSE(is_lineage("xylophone"));
}

}  // namespace
}  // namespace dq
