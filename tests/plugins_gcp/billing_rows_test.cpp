#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

Outcome load(FakeHost& host, const std::string& line) {
  host.add("rows.jsonl", line + "\n");
  return host.extract("billing_export");
}

TEST(BillingRows, NumeralsKeepTheirOwnTextWhetherStringsOrNumbers) {
  FakeHost host("gs://b");
  const Outcome outcome = load(host, R"({"cost":"0.100000000000000000000001","usage_start_time":"2025-11-15 00:00:00 UTC",)"
                                     R"("usage":{"amount":119624081696021504,"unit":"byte-seconds","amount_in_pricing_units":1E-7},)"
                                     R"("credits":[{"name":"CUD","amount":-0.10,"type":"COMMITTED_USAGE_DISCOUNT"},{"name":"x","amount":"-1"}],)"
                                     R"("labels":[{"key":"env","value":"prod"}],"tags":[{"key":"k","value":"v","inherited":false,"namespace":"n"}],)"
                                     R"("project":{"id":"p","labels":[],"ancestors":[{"resource_name":"r","display_name":"d"}],"number":"1"},)"
                                     R"("invoice":{"month":"202511"},"brand_new":{"a":[1.50]},"seller_name":null})");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  const FakeTable::Row& row = host.rows().rows()[0];
  EXPECT_EQ(row.at("cost"), "0.100000000000000000000001");
  EXPECT_EQ(row.at("usage_amount"), "119624081696021504");
  EXPECT_EQ(row.at("usage_amount_in_pricing_units"), "1E-7");
  EXPECT_EQ(row.at("credits"), R"([{"name":"CUD","amount":"-0.10","full_name":null,"id":null,"type":"COMMITTED_USAGE_DISCOUNT"},)"
                               R"({"name":"x","amount":"-1","full_name":null,"id":null,"type":null}])");
  EXPECT_EQ(row.at("labels"), R"([{"key":"env","value":"prod"}])");
  EXPECT_EQ(row.at("tags"), R"([{"key":"k","value":"v","inherited":false,"namespace":"n"}])");
  EXPECT_EQ(row.at("project_ancestors"), R"([{"resource_name":"r","display_name":"d"}])");
  EXPECT_EQ(row.at("project_labels"), "[]");
  EXPECT_EQ(row.at("invoice_month"), "202511");
  EXPECT_EQ(row.at("x_extra"), R"({"brand_new.a":"[1.50]"})");
  EXPECT_EQ(row.count("seller_name"), 0u);
}

TEST(BillingRows, CreditThatTheTableCannotHoldIsRefusedWithLineAndField) {
  FakeHost host("gs://b");
  const Outcome outcome = load(host, R"({"cost":1,"usage_start_time":"2025-11-15"})" "\n"
                                     R"({"cost":1,"usage_start_time":"2025-11-15","credits":[{"amount":0.1234567890123456789012345}]})");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message, "rows.jsonl, line 2, credits.amount: '0.1234567890123456789012345' is no amount that DECIMAL(38,24) holds");
  FakeHost other("gs://b");
  EXPECT_EQ(load(other, R"({"cost":1,"usage_start_time":"x","credits":[{"amount":"free"}]})").detail["field"].text(), "credits.amount");
}

TEST(BillingRows, LineOfAnotherKindIsRefused) {
  FakeHost host("gs://b");
  const Outcome outcome = load(host, R"({"logName":"x"})");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message.substr(0, 48), "rows.jsonl, line 1, cost: no billing row: it has") << outcome.message;
}

TEST(BillingRows, LegacyItemsFillTheSameColumns) {
  FakeHost host("gs://b");
  host.add("demo-2014-01-11.json", R"([{"lineItemId":"com.google.cloud/services/big-query/Storage","startTime":"2014-01-10T00:00:00-08:00",
    "endTime":"2014-01-11T00:00:00-08:00","projectNumber":"215","measurements":[{"measurementId":"m","sum":"119624081696021504","unit":"byte-seconds"}],
    "cost":{"amount":"3.249625","currency":"USD"},"credits":[{"creditId":"free","amount":"-1.0","currency":"USD"}],"newField":7}])");
  const Outcome outcome = host.extract("billing_export");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  const FakeTable::Row& row = host.rows().rows()[0];
  EXPECT_EQ(row.at("sku_id"), "com.google.cloud/services/big-query/Storage");
  EXPECT_EQ(row.at("service_description"), "big-query");
  EXPECT_EQ(row.at("usage_amount"), "119624081696021504");
  EXPECT_EQ(row.at("usage_start_time"), "2014-01-10T00:00:00-08:00");
  EXPECT_EQ(row.at("credits"), R"([{"name":"free","amount":"-1.0","full_name":null,"id":"free","type":null}])");
  EXPECT_EQ(row.at("x_extra"), R"({"newField":"7"})");
}

TEST(BillingRows, NestedTextThatIsNeitherJsonNorPythonIsRefused) {
  FakeHost host("gs://b");
  host.add("x.csv", "usage_start_time,currency,cost,labels\n2025-11-15,USD,1,\"[{'key': 'a', \"\n");
  const Outcome outcome = host.extract("billing_export");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message.substr(0, 59), "x.csv, line 2, labels: neither JSON nor Python's list of di") << outcome.message;
}

}  // namespace
