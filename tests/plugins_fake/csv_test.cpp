#include <gtest/gtest.h>

#include <convergence/csv.hpp>

namespace {

using namespace convergence;

std::vector<CsvRecord> read_all(const std::string& text, std::size_t piece) {
  CsvReader reader("f.csv", [&](uint64_t at, uint64_t n) { return at < text.size() ? text.substr(at, n) : std::string(); }, piece);
  std::vector<CsvRecord> all;
  CsvRecord record;
  while (reader.next(record)) all.push_back(record);
  return all;
}
std::string error_of(const std::string& text) {
  try {
    read_all(text, 3);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST(CsvReader, ReadsTheSameWhateverThePieces) {
  const std::string text = "\xEF\xBB\xBF" "a,\"b \"\"x\"\"\",c\r\n\r\n1,\"two\r\nlines\",\n\"\",,end";
  const std::vector<CsvRecord> expected = {{"a", "b \"x\"", "c"}, {"1", "two\r\nlines", ""}, {"", "", "end"}};
  for (std::size_t piece = 1; piece < text.size() + 2; ++piece) EXPECT_EQ(read_all(text, piece), expected) << piece;
}

TEST(CsvReader, LineOfARecordCountsLineBreaksInsideQuotes) {
  const std::string text = "h\n\"a\nb\"\nc\n";
  CsvReader reader("f.csv", [&](uint64_t at, uint64_t n) { return at < text.size() ? text.substr(at, n) : std::string(); });
  CsvRecord record;
  reader.next(record);
  reader.next(record);
  EXPECT_EQ(reader.line(), 2u);
  reader.next(record);
  EXPECT_EQ(reader.line(), 4u);
}

TEST(CsvReader, BrokenQuotesAreRefusedWithFileAndLine) {
  EXPECT_EQ(error_of("a\n\"b"), "f.csv, line 2: a quoted field has no closing quote");
  EXPECT_EQ(error_of("a\n\"b\"x\n"), "f.csv, line 2: text follows the closing quote of a field");
}

TEST(CsvReader, EmptyTextHasNoRecord) {
  EXPECT_TRUE(read_all("", 4).empty());
  EXPECT_TRUE(read_all("\xEF\xBB\xBF\r\n\n", 4).empty());
}

TEST(CsvWriter, WhatIsWrittenIsReadBack) {
  const CsvRecord record = {"plain", "a,b", "q\"q", "line\nbreak", " blank ", ""};
  std::string text;
  csv_append(text, record);
  EXPECT_EQ(read_all(text, 5), std::vector<CsvRecord>{record});
}

}  // namespace
