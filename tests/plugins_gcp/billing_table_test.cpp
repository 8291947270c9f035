#include "plugins/gcp/billing_table.h"

#include <gtest/gtest.h>

namespace {

using namespace convergence;

TEST(BillingTable, StructsOfParquetFillFlatColumnsAndListsStayLists) {
  StagedFile file;
  file.key = "x.parquet";
  file.format = CVG_FMT_PARQUET;
  const auto field = [&](const std::string& column, const std::string& inner, bool is_text) {
    SourceColumn c(column, is_text);
    if (!inner.empty()) c.path.push_back(inner);
    file.columns.push_back(c);
  };
  field("service", "id", true);
  field("cost", "", false);
  field("usage_start_time", "", false);
  field("currency", "", true);
  field("credits", "", false);
  field("price", "effective_price", false);
  field("price", "brand_new", false);
  field("price", "brand_newer", false);
  const Json schema = gcp::BillingMapper().schema(file, Delivery());
  const auto column = [&](const std::string& name) {
    for (const Json& c : schema.items())
      if (c["name"].text() == name) return c;
    return Json();
  };
  EXPECT_EQ(column("service_id")["from"].text(), "service.id");
  EXPECT_EQ(column("service_id")["convert"].text(), "text");
  EXPECT_EQ(column("cost").dump(), R"j({"name":"cost","type":"DECIMAL(38,24)","role":"money","nullable":false,"from":"cost","convert":"native"})j");
  EXPECT_EQ(column("credits")["convert"].text(), "native");
  EXPECT_EQ(column("price_effective_price")["from"].text(), "price.effective_price");
  EXPECT_EQ(column("x_extra")["from"].dump(), R"([["price","price"]])");
}

TEST(BillingTable, FieldsOfListColumnsAreKnown) {
  std::vector<std::string> credits, cost;
  for (const ColumnSpec& spec : gcp::billing_shape().specs()) {
    if (std::string(spec.name) == "credits") credits = gcp::list_fields(spec);
    if (std::string(spec.name) == "cost") cost = gcp::list_fields(spec);
  }
  EXPECT_EQ(credits, (std::vector<std::string>{"name", "amount", "full_name", "id", "type"}));
  EXPECT_TRUE(cost.empty());
}

TEST(BillingTable, FileOfAnotherKindIsRefused) {
  StagedFile file;
  file.key = "people.csv";
  file.columns.push_back(SourceColumn("name"));
  try {
    gcp::BillingMapper().schema(file, Delivery());
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()), "people.csv, line 1: the column cost is missing, without it this is no billing export; deliver "
                                     "the file again, or choose the dataset that it belongs to");
  }
}

// Bug: rows of CSV and Parquet files whose cost was null were loaded; those of JSON were refused.
TEST(BillingTable, CostAndDayOfARowMustNotBeNull) {
  StagedFile file;
  file.key = "rows.parquet";
  for (const char* const name : {"cost", "usage_start_time", "currency"}) file.columns.push_back(SourceColumn(name));
  const Json schema = gcp::BillingMapper().schema(file, Delivery());
  for (const Json& column : schema.items()) {
    const std::string& name = column["name"].text();
    EXPECT_EQ(column["nullable"].boolean(true), name != "cost" && name != "usage_start_time") << name;
  }
}

TEST(BillingTable, AnExportWithoutItsCostDayOrCurrencyIsRefusedWithFileAndColumn) {
  for (const char* const missing : {"cost", "usage_start_time", "currency"}) {
    StagedFile file;
    file.key = "rows.csv";
    for (const char* const name : {"cost", "usage_start_time", "currency", "cost_type"})
      if (std::string(name) != missing) file.columns.push_back(SourceColumn(name));
    try {
      gcp::BillingMapper().schema(file, Delivery());
      FAIL() << missing;
    } catch (const Error& e) {
      EXPECT_EQ(e.detail()["field"].text(), missing);
      EXPECT_EQ(e.detail()["file"].text(), "rows.csv");
    }
  }
}

}  // namespace
