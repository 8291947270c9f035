#include "plugins/azure/cost_table.h"

#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

SeenPut put_of(const std::string& header, const std::string& row, const std::string& name = "export.csv") {
  FakeHost host("file:///data");
  host.add(name, header + "\n" + row + "\n");
  const Outcome outcome = host.extract("cost_export");
  EXPECT_EQ(outcome.status, CVG_OK) << outcome.message;
  return host.puts().empty() ? SeenPut() : host.puts()[0];
}

TEST(CostTable, NamesOfAllAgreementsMeanOneColumn) {
  for (const std::string header : {"Date,Cost,BillingCurrency,SubscriptionId,ResourceId,Quantity",
                                   "date,costInBillingCurrency,billingCurrency,SubscriptionId,ResourceId,quantity",
                                   "UsageDateTime,PreTaxCost,Currency,SubscriptionGuid,InstanceId,UsageQuantity",
                                   "Tag (UsageDateTime),Kosten (PreTaxCost),Currency,Abonnement-GUID (SubscriptionGuid),InstanceName,Quantity",
                                   "DATE,COSTINBILLINGCURRENCY,BillingCurrencyCode,subscriptionid,resourceid,QUANTITY"}) {
    const SeenPut put = put_of(header, "2025-11-15,1,USD,s,r,2");
    const std::vector<std::string> names = convergence::split(header, ',');
    const char* const columns[] = {"date", "cost", "billing_currency", "subscription_id", "resource_id", "quantity"};
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(put.column(columns[i])["from"].text(), names[i]) << header;
  }
}

TEST(CostTable, MoneyDatesAndTagsHaveTheirConversions) {
  const SeenPut put = put_of("Date,Cost,Tags,Quantity,IsAzureCreditEligible,Colour", "09/21/2023,1,\"\"\"a\"\": \"\"b\"\"\",1,True,red");
  EXPECT_EQ(put.column("cost").dump(), R"j({"name":"cost","type":"DECIMAL(38,24)","role":"money","nullable":true,"from":"Cost","convert":"text"})j");
  EXPECT_EQ(put.column("quantity")["type"].text(), "DECIMAL(38,18)");
  EXPECT_EQ(put.column("quantity")["role"].text(), "quantity");
  EXPECT_EQ(put.column("date")["convert"].text(), "date_mdy");
  EXPECT_EQ(put.column("tags")["convert"].text(), "json_map");
  EXPECT_EQ(put.column("is_azure_credit_eligible")["type"].text(), "BOOLEAN");
  EXPECT_EQ(put.column("x_extra")["from"].dump(), R"([["Colour","Colour"]])");
  EXPECT_EQ(put.column("x_cost_type")["value"].text(), "actual");
}

TEST(CostTable, TheTypeOfTheExportStandsInEveryRow) {
  EXPECT_EQ(put_of("Date,Cost", "2025-11-15,1", "EA_AmortizedCost.csv").column("x_cost_type")["value"].text(), "amortized");
}

TEST(CostTable, ASecondCostColumnIsKeptInExtra) {
  const SeenPut put = put_of("Date,PreTaxCost,CostInBillingCurrency", "2025-11-15,1,2");
  EXPECT_EQ(put.column("cost")["from"].text(), "CostInBillingCurrency");
  EXPECT_EQ(put.column("x_extra")["from"].dump(), R"([["PreTaxCost","PreTaxCost"]])");
}

TEST(CostTable, FileOfAnotherKindIsRefused) {
  FakeHost host("file:///data");
  host.add("people.csv", "name,Date\nada,2025-01-01\n");
  const Outcome outcome = host.extract("cost_export");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.detail["field"].text(), "cost");
  EXPECT_EQ(outcome.message, "people.csv, line 1: the column Cost (CostInBillingCurrency, PreTaxCost) is missing, without it this is no "
                             "cost export; deliver the file again, or choose the dataset that it belongs to");
}

TEST(CostTable, TranslatedHeaderKeepsTheNameInBrackets) {
  EXPECT_EQ(azure::plain_header("Maßeinheit (UnitOfMeasure)"), "UnitOfMeasure");
  EXPECT_EQ(azure::plain_header("Cost"), "Cost");
  EXPECT_EQ(azure::plain_header("Cost ()"), "Cost ()");
}

}  // namespace
