#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

TEST(ActivityLogs, EventsOfTheRestApiAreRows) {
  FakeHost host("file:///logs");
  host.add("activity-2025-11-15.json", R"({"value":[{"eventDataId":"e1","eventTimestamp":"2025-11-15T01:02:03.1234567Z",
    "operationName":{"value":"Microsoft.Compute/virtualMachines/write","localizedValue":"Create"},"category":{"value":"Administrative"},
    "status":{"value":"Succeeded"},"caller":"ada@example.com","subscriptionId":"s1","resourceGroupName":"rg1","level":"Informational",
    "resourceId":"/subscriptions/s1/resourceGroups/rg1/providers/x","httpRequest":{"clientIpAddress":"1.2.3.4"},
    "authorization":{"action":"a"},"properties":{"statusCode":"Created"}}]})");
  const Outcome outcome = host.extract("activity_logs");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.units()[0].unit, "2025-11-15");
  const FakeTable::Row& row = host.rows().rows().at(0);
  EXPECT_EQ(row.at("operation_name"), "Microsoft.Compute/virtualMachines/write");
  EXPECT_EQ(row.at("resource_provider"), "Microsoft.Compute");
  EXPECT_EQ(row.at("status"), "Succeeded");
  EXPECT_EQ(row.at("client_ip_address"), "1.2.3.4");
  EXPECT_EQ(row.at("properties"), R"({"statusCode":"Created"})");
}

TEST(ActivityLogs, LinesOfADiagnosticSettingAreRowsOfTheirDay) {
  FakeHost host("file:///logs");
  const std::string line = R"({"time":"2025-11-15T01:02:03Z","resourceId":"/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG1/PROVIDERS/X","operationName":"MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE",)"
                           R"("category":"Administrative","resultType":"Success","callerIpAddress":"1.2.3.4","identity":{"claims":{"name":"Ada"}},"properties":"text"})";
  host.add("insights-activity-logs/resourceId=/SUBSCRIPTIONS/S1/y=2025/m=11/d=15/h=01/m=00/PT1H.json", line + "\n" + line + "\n");
  const Outcome outcome = host.extract("activity_logs", {{"date", "2025-11-15"}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.units()[0].unit, "2025-11-15");
  ASSERT_EQ(host.rows().size(), 2u);
  const FakeTable::Row& row = host.rows().rows()[0];
  EXPECT_EQ(row.at("status"), "Success");
  EXPECT_EQ(row.at("subscription_id"), "S1");
  EXPECT_EQ(row.at("resource_group"), "RG1");
  EXPECT_EQ(row.at("caller"), "Ada");
  EXPECT_EQ(row.at("properties"), R"({"value":"text"})");
}

TEST(ActivityLogs, DocumentThatIsNoEventIsRefused) {
  FakeHost host("file:///logs");
  host.add("x.json", R"({"foo":1})");
  EXPECT_EQ(host.extract("activity_logs").message, "x.json, line 1, value: neither an event nor a page of the activity log");
}

}  // namespace
