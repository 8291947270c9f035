#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

const std::string entry = R"({"insertId":"a1","logName":"projects/acme/logs/cloudaudit.googleapis.com%2Factivity","timestamp":"2025-11-15T01:02:03.456Z",)"
                          R"("severity":"NOTICE","resource":{"type":"gce_instance","labels":{"project_id":"acme","zone":"z"}},)"
                          R"("protoPayload":{"serviceName":"compute.googleapis.com","methodName":"v1.compute.instances.insert",)"
                          R"("authenticationInfo":{"principalEmail":"ada@example.com"},"authorizationInfo":[{"permission":"p","granted":true}],)"
                          R"("requestMetadata":{"callerIp":"1.2.3.4"},"status":{"code":7,"message":"denied"}}})";

TEST(AuditLogs, LinesOfALogSinkAreRowsOfTheirDay) {
  FakeHost host("gs://logs");
  host.add("cloudaudit.googleapis.com/activity/2025/11/15/00:00:00_00:59:59_S0.json", entry + "\n" + entry + "\n");
  host.add("cloudaudit.googleapis.com/activity/2025/11/15/01:00:00_01:59:59_S0.json", entry + "\n");
  const Outcome outcome = host.extract("audit_logs");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].unit, "2025-11-15");
  ASSERT_EQ(host.rows().size(), 3u);
  const FakeTable::Row& row = host.rows().rows()[0];
  EXPECT_EQ(row.at("log_type"), "activity");
  EXPECT_EQ(row.at("project_id"), "acme");
  EXPECT_EQ(row.at("principal_email"), "ada@example.com");
  EXPECT_EQ(row.at("granted"), "true");
  EXPECT_EQ(row.at("status_code"), "7");
  EXPECT_EQ(row.at("resource_labels"), R"({"project_id":"acme","zone":"z"})");
}

TEST(AuditLogs, AnswersOfEntriesListAreRead) {
  FakeHost host("gs://logs");
  host.add("entries.json", "{\n\"entries\": [" + entry + "]\n}");
  ASSERT_EQ(host.extract("audit_logs").status, CVG_OK);
  EXPECT_EQ(host.units()[0].unit, "entries.json");
  EXPECT_EQ(host.rows().size(), 1u);
}

TEST(AuditLogs, LineThatIsNoEntryIsRefusedWithItsLine) {
  FakeHost host("gs://logs");
  host.add("x.jsonl", entry + "\n{\"a\":1}\n");
  const Outcome outcome = host.extract("audit_logs");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message, "x.jsonl, line 2, logName: neither a LogEntry nor an answer of entries.list");
}

}  // namespace
