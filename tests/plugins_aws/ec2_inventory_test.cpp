#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

const std::string page = R"({"Reservations":[{"OwnerId":"0123","ReservationId":"r-1","Instances":[
  {"InstanceId":"i-1","InstanceType":"t3.small","State":{"Code":16,"Name":"running"},"LaunchTime":"2025-11-01T10:00:00+00:00",
   "Placement":{"AvailabilityZone":"us-west-2-lax-1a","Tenancy":"default"},"Tags":[{"Key":"Name","Value":"a, \"b\""}],
   "CpuOptions":{"CoreCount":2,"ThreadsPerCore":1},"Hypervisor":"xen"}]}],"NextToken":null})";

TEST(Ec2Inventory, PagesOfADayAreOneSnapshot) {
  FakeHost host("file:///inv");
  host.add("2025-11-15/ec2-us-east-1-0001.json", page);
  host.add("2025-11-15/ec2-us-east-1-0002.json", page);
  host.add("2025-11-16/ec2-us-east-1-0001.json", page);
  const Outcome outcome = host.extract("ec2_inventory", {{"date", "2025-11-15"}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].unit, "2025-11-15");
  ASSERT_EQ(host.rows().size(), 2u);
  const FakeTable::Row& row = host.rows().rows()[0];
  EXPECT_EQ(row.at("instance_id"), "i-1");
  EXPECT_EQ(row.at("account_id"), "0123");
  EXPECT_EQ(row.at("region"), "us-west-2");
  EXPECT_EQ(row.at("state"), "running");
  EXPECT_EQ(row.at("lifecycle"), "on-demand");
  EXPECT_EQ(row.at("tags"), R"({"Name":"a, \"b\""})");
  EXPECT_EQ(row.at("x_extra"), R"({"Hypervisor":"xen"})");
  EXPECT_EQ(row.count("key_name"), 0u);
  EXPECT_EQ(host.puts()[0].column("tags")["convert"].text(), "json_map");
}

TEST(Ec2Inventory, DocumentThatIsNoPageIsRefusedWithFileAndField) {
  FakeHost host("file:///inv");
  host.add("ec2.json", R"({"Vpcs":[]})");
  const Outcome outcome = host.extract("ec2_inventory");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message, "ec2.json, line 1, Reservations: no page of DescribeInstances: the list is missing; store the answers "
                             "of the call as they are");
}

TEST(Ec2Inventory, CutJsonIsRefusedWithItsLine) {
  FakeHost host("file:///inv");
  host.add("ec2.json", "{\"Reservations\":[\n{\"OwnerId\":\n");
  const Outcome outcome = host.extract("ec2_inventory");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message.substr(0, 26), "ec2.json, line 2: no JSON:") << outcome.message;
}

}  // namespace
