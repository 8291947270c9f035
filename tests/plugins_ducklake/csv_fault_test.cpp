#include "plugins/ducklake/csv_fault.h"

#include <gtest/gtest.h>

#include <fstream>

namespace ducklake {
namespace {

CsvScan scan(const std::string &content, uint64_t width, std::vector<ColumnCheck> checks = {}) {
  const std::string path = ::testing::TempDir() + "csv_fault.csv";
  std::ofstream(path, std::ios::binary) << content;
  return find_fault(path, CsvShape{',', '"', 1, width}, checks);
}

TEST(CsvFault, CountsLinesWithQuotedLineEnds) {
  const CsvScan s = scan("a,b\r\n\"1\r\nx\",2\r\n3\r\n", 2);
  ASSERT_TRUE(s.fault);
  EXPECT_EQ(s.fault->line, 4u);
  EXPECT_EQ(s.fault->why, "has 1 fields instead of 2");
}

TEST(CsvFault, CountsGoodRowsAndSkipsBlankLines) {
  const CsvScan s = scan("a,b\n1,2\n\n\"3\"\"\",4\n5,6", 2);
  EXPECT_FALSE(s.fault);
  EXPECT_EQ(s.rows, 3);
}

TEST(CsvFault, NamesTheFieldAndItsValue) {
  TextFormat money;
  money.kind = TextKind::decimal;
  money.scale = 2;
  money.exact = true;
  const CsvScan s = scan("a,b\n1,2.5\n1,2.505\n", 2, {{1, "cost", money, true}});
  ASSERT_TRUE(s.fault);
  EXPECT_EQ(s.fault->line, 3u);
  EXPECT_EQ(s.fault->field, "cost");
  EXPECT_EQ(s.fault->value, "2.505");
}

TEST(CsvFault, NamesTheLineOfAQuoteThatNeverCloses) {
  const CsvScan s = scan("a,b\n1,2\n\"3,4\n5,6\n", 2);
  ASSERT_TRUE(s.fault);
  EXPECT_EQ(s.fault->line, 3u);
  EXPECT_EQ(s.fault->why, "has a quote that is never closed");
}

}  // namespace
}  // namespace ducklake
