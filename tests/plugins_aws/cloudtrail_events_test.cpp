#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

std::string log(const std::string& id) {
  return R"({"Records":[{"eventVersion":"1.09","eventID":")" + id +
         R"(","eventTime":"2025-11-15T00:12:00Z","eventName":"RunInstances","eventSource":"ec2.amazonaws.com","awsRegion":"us-east-1",)"
         R"("readOnly":false,"userIdentity":{"type":"AssumedRole","accountId":"0123","arn":"arn:x",)"
         R"("sessionContext":{"sessionIssuer":{"userName":"deployer"}}},"requestParameters":{"a":1.10},"tlsDetails":{"v":"1.3"}}]})";
}
const std::string folder = "AWSLogs/0123/CloudTrail/us-east-1/2025/11/15/0123_CloudTrail_us-east-1_20251115T";

TEST(CloudtrailEvents, FilesOfADayAreAUnit) {
  FakeHost host("s3://trail");
  host.add(folder + "0000Z_a.json.gz", log("e1"));
  host.add(folder + "0005Z_b.json.gz", log("e2"));
  host.add("AWSLogs/0123/CloudTrail-Digest/us-east-1/2025/11/15/0123_CloudTrail-Digest_us-east-1_20251115T0000Z.json.gz", "{}");
  const Outcome outcome = host.extract("cloudtrail_events");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].unit, "2025-11-15");
  EXPECT_EQ(host.units()[0].source, "aws:cloudtrail:s3://trail/AWSLogs/0123/CloudTrail/us-east-1");
  ASSERT_EQ(host.rows().size(), 2u);
  const FakeTable::Row& row = host.rows().rows()[0];
  EXPECT_EQ(row.at("event_id"), "e1");
  EXPECT_EQ(row.at("user_name"), "deployer");
  EXPECT_EQ(row.at("account_id"), "0123");
  EXPECT_EQ(row.at("read_only"), "false");
  EXPECT_EQ(row.at("request_parameters"), R"({"a":1.10})");
  EXPECT_EQ(row.at("x_extra"), R"({"tlsDetails":"{\"v\":\"1.3\"}"})");
  EXPECT_EQ(host.puts().size(), 1u);
  EXPECT_EQ(host.puts()[0].names.size(), 1u);
}

TEST(CloudtrailEvents, RecordWithoutTimeIsRefused) {
  FakeHost host("s3://trail");
  host.add(folder + "0000Z_a.json", R"({"Records":[{"eventID":"x"}]})");
  const Outcome outcome = host.extract("cloudtrail_events");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.detail["field"].text(), "eventTime");
}

}  // namespace
