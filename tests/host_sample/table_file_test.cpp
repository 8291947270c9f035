#include "host/sample/table_file.h"

#include "sample_folder.h"

namespace cvg {
namespace {

using TableFileTest = SampleFolder;

const std::vector<TableColumn> columns{{"a/B", "a_b", CellType::text}, {"cost", "cost", CellType::real}, {"at", "at", CellType::timestamp}, {"tags", "tags", CellType::map}};
const std::vector<Cells> rows{{"x,\"y\"\n", "1.5", "2025-11-15T10:00:00Z", "{\"k\":\"v\",\"l\":\"w\"}"}, {"", "", "", ""}, {"z", "-2", "2025-11-15T11:00:00Z", "{}"}};

void fill(Result<std::unique_ptr<TableFile>> file) {
  ASSERT_TRUE(file.ok()) << file.status().text();
  for (const Cells& row : rows) ASSERT_TRUE((*file)->add(row).ok());
  ASSERT_TRUE((*file)->close().ok());
}

TEST_F(TableFileTest, CsvIsQuotedAndGzipped) {
  fill(create_csv_gz(folder_ + "/deep/x.csv.gz", columns));
  const std::string from = " FROM read_csv('" + folder_ + "/deep/x.csv.gz', header = true, all_varchar = true)";
  EXPECT_EQ(value("SELECT \"a/B\"" + from + " LIMIT 1"), "x,\"y\"\n");
  EXPECT_EQ(value("SELECT count(*)" + from), "3");
  EXPECT_EQ(value("SELECT sum(cost::DOUBLE)" + from), "-0.5");
}

TEST_F(TableFileTest, ParquetKeepsMapsAndNulls) {
  fill(create_parquet(folder_ + "/deep/x.parquet", columns));
  const std::string from = " FROM read_parquet('" + folder_ + "/deep/x.parquet')";
  EXPECT_EQ(value("SELECT list(tags)" + from), "[{k=v, l=w}, NULL, {}]");
  EXPECT_EQ(value("SELECT count(a_b) || '/' || sum(cost)" + from), "2/-0.5");
  EXPECT_EQ(value("SELECT max(\"at\")" + from), "2025-11-15 11:00:00");
}

}  // namespace
}  // namespace cvg
