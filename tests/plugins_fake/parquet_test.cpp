#include <gtest/gtest.h>

#include <convergence/parquet.hpp>

#include "shared_data.h"

#include <fstream>
#include <sstream>

namespace {

using namespace convergence;

// A Thrift compact footer by hand: element(name, type, children, converted).
std::string element(const std::string& name, int type, int repetition, int children, int converted) {
  std::string out;
  int last = 0;
  const auto field = [&](int id, int type_code) {
    out += static_cast<char>((id - last) << 4 | type_code);
    last = id;
  };
  if (type >= 0) { field(1, 5); out += static_cast<char>(type * 2); }
  field(3, 5);
  out += static_cast<char>(repetition * 2);
  field(4, 8);
  out += static_cast<char>(name.size());
  out += name;
  if (children) { field(5, 5); out += static_cast<char>(children * 2); }
  if (converted >= 0) { field(6, 5); out += static_cast<char>(converted * 2); }
  return out + '\0';
}
std::string parquet(const std::vector<std::string>& elements) {
  std::string footer;
  footer += char(0x15);  // version
  footer += char(2);
  footer += char(0x19);  // schema
  footer += static_cast<char>(elements.size() << 4 | 12);
  for (const std::string& e : elements) footer += e;
  footer += char(0x16);  // rows
  footer += char(14);
  footer += '\0';
  std::string file = "PAR1" + footer;
  for (int shift = 0; shift < 32; shift += 8) file += static_cast<char>(footer.size() >> shift & 255);
  return file + "PAR1";
}
ParquetNames names_of(const std::string& file) {
  return parquet_names("x.parquet", file.size(), [&](uint64_t at, uint64_t n) { return file.substr(at, n); });
}

TEST(ParquetNames, FieldsOfStructsAreColumnsAndCollectionsAreOne) {
  const ParquetNames names = names_of(parquet({
      element("schema", -1, 0, 4, -1),
      element("service", -1, 1, 2, -1), element("id", 6, 1, 0, 0), element("rank", 2, 1, 0, -1),
      element("credits", -1, 1, 1, 3), element("list", -1, 2, 1, -1), element("element", -1, 1, 1, -1), element("name", 6, 1, 0, 0),
      element("cost", 5, 1, 0, -1),
      element("blob", 6, 1, 0, 5)}));
  ASSERT_EQ(names.columns.size(), 5u);
  EXPECT_EQ(names.rows, 7);
  EXPECT_EQ(names.columns[0].name(), "service.id");
  EXPECT_EQ(names.columns[0].column, "service");
  EXPECT_TRUE(names.columns[0].text);
  EXPECT_EQ(names.columns[1].name(), "service.rank");
  EXPECT_FALSE(names.columns[1].text);
  EXPECT_EQ(names.columns[2].name(), "credits");
  EXPECT_FALSE(names.columns[2].text);
  EXPECT_EQ(names.columns[3].name(), "cost");
  EXPECT_EQ(names.columns[4].name(), "blob");
  EXPECT_FALSE(names.columns[4].text);  // a DECIMAL in bytes
}

TEST(ParquetNames, CutOrForeignFilesAreRefused) {
  const std::string file = parquet({element("schema", -1, 0, 1, -1), element("a", 6, 1, 0, 0)});
  for (std::size_t n = 0; n < file.size(); ++n) EXPECT_THROW(names_of(file.substr(0, n)), Error) << n;
  std::string damaged = file;
  for (std::size_t i = 4; i < file.size() - 8; ++i) {
    damaged[i] = static_cast<char>(damaged[i] ^ 0x5A);
    try { names_of(damaged); } catch (const Error& e) { EXPECT_EQ(e.code(), CVG_E_DATA); }
    damaged[i] = file[i];
  }
}

TEST(ParquetNames, PublishedSampleIsRead) {
  std::ifstream in(cvg_test::shared_data("reference/focus-validator/sample.parquet"), std::ios::binary);
  if (!in) GTEST_SKIP() << "no sample data";
  std::ostringstream bytes;
  bytes << in.rdbuf();
  const ParquetNames names = names_of(bytes.str());
  EXPECT_EQ(names.rows, 2);
  EXPECT_GE(names.columns.size(), 3u);
  EXPECT_TRUE(names.columns[0].text);
}

}  // namespace
