#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;
using convergence::Json;

SeenPut put_of(std::string header, std::string row, const std::string& name = "cur.csv") {
  FakeHost host("file:///data");
  // What every bill has, where the test does not speak of it.
  const auto with = [&](std::string& names, std::string& values, const char* legacy, const char* snake, const char* value) {
    if (names.find(legacy) != std::string::npos || names.find(snake) != std::string::npos) return;
    names += std::string(",") + legacy;
    values += std::string(",") + value;
  };
  with(header, row, "lineItem/UnblendedCost", "line_item_unblended_cost", "1");
  with(header, row, "lineItem/UsageStartDate", "line_item_usage_start_date", "2025-11-01");
  with(header, row, "lineItem/CurrencyCode", "line_item_currency_code", "USD");
  host.add(name, header + "\n" + row + "\n");
  const Outcome outcome = host.extract("cost_and_usage");
  EXPECT_EQ(outcome.status, CVG_OK) << outcome.message;
  return host.puts().empty() ? SeenPut() : host.puts()[0];
}

TEST(CurTable, LegacyNamesFillTheColumnsOfCur2) {
  const SeenPut put = put_of("identity/LineItemId,lineItem/UnblendedCost,savingsPlan/SavingsPlanARN,lineItem/UsageStartDate",
                             "a,1.5,arn,2018-06-20 01:00:00");
  EXPECT_EQ(put.column("line_item_unblended_cost").dump(),
            R"j({"name":"line_item_unblended_cost","type":"DECIMAL(38,24)","role":"money","nullable":true,)j"
            R"("from":"lineItem/UnblendedCost","convert":"text"})");
  EXPECT_EQ(put.column("savings_plan_savings_plan_a_r_n")["from"].text(), "savingsPlan/SavingsPlanARN");
  EXPECT_EQ(put.column("line_item_usage_start_date")["convert"].text(), "timestamp");
  EXPECT_EQ(put.column("line_item_usage_amount")["from"].text(), "");
}

TEST(CurTable, TagsAndProductAttributesAreMapsWithKeysVerbatim) {
  const SeenPut put = put_of("lineItem/LineItemType,resourceTags/user:Env,resourceTags/user:env,product/regionCode,"
                             "costCategory/Charge type,discount/EdpDiscount", "Usage,a,b,us-east-1,c,-1");
  EXPECT_EQ(put.column("resource_tags")["from"].dump(),
            R"([["resourceTags/user:Env","user:Env"],["resourceTags/user:env","user:env"]])");
  EXPECT_EQ(put.column("product")["from"].dump(), R"([["product/regionCode","regionCode"]])");
  EXPECT_EQ(put.column("product_region_code")["from"].text(), "product/regionCode");
  EXPECT_EQ(put.column("cost_category")["from"].dump(), R"([["costCategory/Charge type","Charge type"]])");
  EXPECT_EQ(put.column("discount")["from"].dump(), R"([["discount/EdpDiscount","EdpDiscount"]])");
}

TEST(CurTable, MapsOfCur2AreJsonText) {
  const SeenPut put = put_of("line_item_line_item_type,resource_tags,product,product_sku,product_colour", "Usage,{},{},sku,red");
  EXPECT_EQ(put.column("resource_tags")["convert"].text(), "json_map");
  EXPECT_EQ(put.column("product")["from"].text(), "product");
  EXPECT_EQ(put.column("product_sku")["from"].text(), "product_sku");
  EXPECT_EQ(put.column("x_extra")["from"].dump(), R"([["product_colour","product_colour"]])");
}

TEST(CurTable, UnknownAndRunTogetherAndRepeatedNamesGoToExtra) {
  const SeenPut put = put_of("lineItem/LineItemType,pricing/OfferingClasspricing/PurchaseOption,bill/InvoiceId,bill/InvoiceId",
                             "Usage,x,1,2");
  EXPECT_EQ(put.column("bill_invoice_id")["from"].text(), "bill/InvoiceId");
  EXPECT_EQ(put.column("x_extra")["from"].dump(),
            R"([["pricing/OfferingClasspricing/PurchaseOption","pricing/OfferingClasspricing/PurchaseOption"],)"
            R"j(["bill/InvoiceId (2)","bill/InvoiceId (2)"]])j");
  EXPECT_EQ(put.dialects[0]["source_columns"].items()[3].text(), "bill/InvoiceId (2)");
}

TEST(CurTable, FileOfAnotherKindIsRefusedByName) {
  FakeHost host("file:///data");
  host.add("x/people.csv", "name,age\nada,36\n");
  const Outcome outcome = host.extract("cost_and_usage");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message, "x/people.csv, line 1: the column lineItem/UnblendedCost (line_item_unblended_cost) is missing, without it "
                             "this is no Cost and Usage Report; deliver the file again, or choose the dataset that it belongs to");
  EXPECT_EQ(outcome.detail["file"].text(), "x/people.csv");
}

TEST(CurTable, AReportWithoutItsCostDayOrCurrencyIsRefusedWithFileAndColumn) {
  const std::string all[] = {"lineItem/UnblendedCost", "lineItem/UsageStartDate", "lineItem/CurrencyCode"};
  for (const std::string& missing : all) {
    std::string header = "identity/LineItemId,lineItem/LineItemType", row = "a,Usage";
    for (const std::string& name : all) {
      if (name == missing) continue;
      header += "," + name;
      row += ",1";
    }
    FakeHost host("file:///data");
    host.add("r/cur.csv", header + "\n" + row + "\n");
    const Outcome outcome = host.extract("cost_and_usage");
    EXPECT_EQ(outcome.status, CVG_E_DATA);
    EXPECT_NE(outcome.message.find("r/cur.csv, line 1: the column " + missing + " "), std::string::npos) << outcome.message;
    EXPECT_TRUE(host.puts().empty());
  }
}

TEST(CurTable, AHeaderInUtf16IsRefusedWithFileAndLine) {
  const std::string text = "lineItem/UnblendedCost\n1\n";
  std::string utf16 = "\xFF\xFE", bare;
  for (const char c : text) {
    utf16 += {c, '\0'};
    bare += {'\0', c};
  }
  for (const std::string& bytes : {utf16, bare}) {
    FakeHost host("file:///data");
    host.add("cur.csv", bytes);
    const Outcome outcome = host.extract("cost_and_usage");
    EXPECT_EQ(outcome.status, CVG_E_DATA);
    EXPECT_EQ(outcome.message, "cur.csv, line 1: the file is UTF-16; only UTF-8 is read: deliver the file again in UTF-8");
  }
  FakeHost latin("file:///data");
  latin.add("cur.csv", "lineItem/UnblendedCost,W\xE4hrung\n1,2\n");
  EXPECT_EQ(latin.extract("cost_and_usage").message,
            "cur.csv, line 1: the column names are not UTF-8; only UTF-8 is read: deliver the file again in UTF-8");
}

TEST(CurTable, FieldsMissingAtTheEndOfEveryRowAreNullWithAWarning) {
  FakeHost host("file:///data");
  host.add("cur.csv", "lineItem/UsageStartDate,lineItem/CurrencyCode,lineItem/UnblendedCost,costCategory/CostCenter\n"
                      "2025-11-01,USD,1\n2025-11-01,USD,2\n");
  const Outcome outcome = host.extract("cost_and_usage");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.puts()[0].dialects[0]["width"].text(), "3");
  EXPECT_EQ(host.rows().sum("line_item_unblended_cost"), "3");
  ASSERT_EQ(host.warnings().size(), 1u);
  EXPECT_EQ(host.warnings()[0], "cur.csv: the rows have 3 fields, the header 4; NULL in every row: costCategory/CostCenter");
}

TEST(CurTable, RowWiderThanTheHeaderIsRefusedWithItsLine) {
  FakeHost host("file:///data");
  host.add("cur.csv", "lineItem/LineItemType,lineItem/UnblendedCost\r\nUsage,1,2\r\n");
  const Outcome outcome = host.extract("cost_and_usage");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message, "cur.csv, line 2: 3 fields, the header has 2; mend the row or the header");
  EXPECT_EQ(outcome.detail["line"].text(), "2");
}

}  // namespace
