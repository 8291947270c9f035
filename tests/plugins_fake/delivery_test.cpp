#include <gtest/gtest.h>

#include <convergence/focus.hpp>
#include <convergence/loose.hpp>

namespace {

using namespace convergence;

Object object(const std::string& key) {
  Object o;
  o.key = key;
  return o;
}
std::string found(const Objects& objects, const std::string& listed, const std::string& manifest = "") {
  const Object* o = ObjectIndex(objects).find(listed, manifest);
  return o ? o->key : "";
}

TEST(ObjectIndex, MatchesARootThatLiesDeeperOrHigherThanTheBucket) {
  EXPECT_EQ(found({object("20180801-20180901/u/r-1.csv.gz")}, "/prefix/r/20180801-20180901/u/r-1.csv.gz"), "20180801-20180901/u/r-1.csv.gz");
  EXPECT_EQ(found({object("bucket/data/x.csv.gz")}, "s3://bucket/data/x.csv.gz"), "bucket/data/x.csv.gz");
  EXPECT_EQ(found({object("copy/data/x.csv.gz")}, "s3://bucket/data/x.csv.gz"), "copy/data/x.csv.gz");
  EXPECT_EQ(found({object("data/x.csv.gz")}, "s3://bucket/data/x.csv.gz"), "data/x.csv.gz");
  EXPECT_EQ(found({object("x.csv.gz")}, "s3://bucket/data/x.csv.gz"), "x.csv.gz");
}

TEST(ObjectIndex, MatchesACopyUnderAnotherPrefixBesideItsManifest) {
  const Objects copy = {object("cost/e/data/P/new/1.csv"), object("cost/e/data/P/old/1.csv"), object("other/e/data/P/new/1.csv")};
  EXPECT_EQ(found(copy, "s3://b/exports/e/data/P/new/1.csv", "cost/e/metadata/P/m.json"), "cost/e/data/P/new/1.csv");
  EXPECT_EQ(found({object("cost/e/data/P/old/1.csv")}, "s3://b/exports/e/data/P/new/1.csv", "cost/e/metadata/P/m.json"), "");
  EXPECT_EQ(found({object("r/p/1.csv")}, "x/r/p/new/1.csv", "r/p/m.json"), "");
}

TEST(ObjectIndex, NeverTakesAFileOfAnotherFolder) {
  EXPECT_EQ(found({object("r/old/r-1.csv.gz")}, "r/new/r-1.csv.gz"), "");
  EXPECT_EQ(found({object("r-11.csv.gz")}, "x/1.csv.gz"), "");
}

TEST(ObjectIndex, PrefersTheObjectBesideTheManifest) {
  EXPECT_EQ(found({object("a/data/x.csv"), object("b/data/x.csv")}, "data/x.csv", "b/x-Manifest.json"), "b/data/x.csv");
}

TEST(Sha256, KnowsItsTestVectors) {
  Sha256 empty, abc, long_text;
  abc.add("abc");
  long_text.add(std::string(1000000, 'a'));
  EXPECT_EQ(empty.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(abc.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(long_text.hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Months, AreReadFromNamesAlone) {
  EXPECT_EQ(months_in("b-2024-03.csv"), std::vector<std::string>{"2024-03"});
  EXPECT_EQ(months_in("2023-06-01-not-final.csv"), std::vector<std::string>{"2023-06"});
  EXPECT_TRUE(months_in("aws_1_2_cost_and_usage_rows100_seed42.csv").empty());
  EXPECT_TRUE(months_in("costreport_a243c6f2-199f-4074-9a2c-40e671cf1584.csv").empty());
}

TEST(Binding, BetterAliasWinsAndTheOtherIsLeftOver) {
  const ColumnSpec specs[] = {{"cost", money_type, "money", "text", "CostInBillingCurrency PreTaxCost"}};
  const TableShape shape(specs, 1);
  Binding binding(shape);
  const std::vector<SourceColumn> columns = {SourceColumn("PreTaxCost"), SourceColumn("costinbillingcurrency")};
  EXPECT_EQ(binding.match(columns, 0, columns[0].column), -1);
  EXPECT_EQ(binding.match(columns, 1, columns[1].column), 0);
  EXPECT_EQ(binding.schema().items()[0]["from"].text(), "costinbillingcurrency");
}

TEST(Binding, ConstantAndParquetColumnsAreWrittenAsTheHeaderSays) {
  const ColumnSpec specs[] = {{"id", "VARCHAR", "", "text", "service.id"}, {"kind", "VARCHAR", "", "text", ""}};
  const TableShape shape(specs, 2);
  Binding binding(shape);
  SourceColumn field("service", false);
  field.path.push_back("id");
  binding.match({field}, 0, field.name());
  binding.constant("kind", "actual");
  EXPECT_EQ(binding.schema().dump(), R"([{"name":"id","type":"VARCHAR","nullable":true,"from":"service.id","convert":"native"},)"
                                     R"({"name":"kind","type":"VARCHAR","nullable":true,"value":"actual"}])");
}

TEST(Focus, HasTheFiftySevenColumnsOf12AndExtra) {
  EXPECT_EQ(focus_shape().specs().size(), 58u);
  EXPECT_EQ(focus_shape().find("SkuPriceid").column >= 0, true);
}

}  // namespace
