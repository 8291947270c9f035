#include "host/sample/parquet_file.h"

#include "sample_folder.h"

namespace cvg {
namespace {

using ParquetFileTest = SampleFolder;

TEST_F(ParquetFileTest, AnotherReaderSeesWhatWasWritten) {
  const std::string path = folder_ + "/x.parquet";
  auto file = ParquetFile::create(path, {{"t", Repetition::optional, ParquetType::text, 0, ConvertedType::utf8},
                                         {"r", Repetition::required, ParquetType::real, 0, ConvertedType::none},
                                         {"at", Repetition::optional, ParquetType::timestamp_us, 0, ConvertedType::timestamp_us}});
  ASSERT_TRUE(file.ok());
  for (int i = 0; i < 130000; ++i) {  // more than one row group
    (*file)->put_text(0, i % 3 ? "é" + std::to_string(i) : "", i % 3 ? 1 : 0);
    (*file)->put_real(1, i / 8.0, 0);
    (*file)->put_timestamp(2, std::int64_t{1'000'000} * i, 1);
    ASSERT_TRUE((*file)->end_row().ok());
  }
  ASSERT_TRUE((*file)->close().ok());
  const std::string from = " FROM read_parquet('" + path + "')";
  EXPECT_EQ(value("SELECT count(*)" + from), "130000");
  EXPECT_EQ(value("SELECT count(t)" + from), "86666");
  EXPECT_EQ(value("SELECT sum(r)" + from), "1056241875.0");
  EXPECT_EQ(value("SELECT max(\"at\")" + from), "1970-01-02 12:06:39");
  EXPECT_EQ(value("SELECT t" + from + " WHERE r = 0.125"), "é1");
}

TEST_F(ParquetFileTest, ListsKeepTheirElementsAndEmptyOnesAreNotNull) {
  const std::string path = folder_ + "/list.parquet";
  auto file = ParquetFile::create(path, {{"l", Repetition::optional, ParquetType::group, 1, ConvertedType::list},
                                         {"list", Repetition::repeated, ParquetType::group, 1, ConvertedType::none},
                                         {"element", Repetition::optional, ParquetType::text, 0, ConvertedType::utf8}});
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->max_definition(0), 3);
  (*file)->put_text(0, "a", 3, 0);
  (*file)->put_text(0, "b", 3, 1);
  ASSERT_TRUE((*file)->end_row().ok());
  (*file)->put_null(0, 1);
  ASSERT_TRUE((*file)->end_row().ok());
  (*file)->put_null(0, 0);
  ASSERT_TRUE((*file)->end_row().ok());
  ASSERT_TRUE((*file)->close().ok());
  EXPECT_EQ(value("SELECT list(l) FROM read_parquet('" + path + "')"), "[[a, b], [], NULL]");
}

}  // namespace
}  // namespace cvg
