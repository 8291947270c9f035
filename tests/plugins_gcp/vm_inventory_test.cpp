#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

const std::string page = R"({"kind":"compute#instanceAggregatedList","items":{"zones/us-central1-a":{"instances":[
  {"kind":"compute#instance","id":"4711","name":"web-1","zone":"https://www.googleapis.com/compute/v1/projects/acme/zones/us-central1-a",
   "selfLink":"https://www.googleapis.com/compute/v1/projects/acme/zones/us-central1-a/instances/web-1",
   "machineType":"https://www.googleapis.com/compute/v1/projects/acme/zones/us-central1-a/machineTypes/e2-small","status":"RUNNING",
   "creationTimestamp":"2025-10-01T01:02:03.000-07:00","disks":[{"diskSizeGb":"10"},{"diskSizeGb":"100"}],
   "networkInterfaces":[{"network":"global/networks/default","networkIP":"10.0.0.2","accessConfigs":[{"natIP":"34.1.2.3"}]}],
   "scheduling":{"preemptible":false,"provisioningModel":"STANDARD"},"labels":{"env":"prod"},"tags":{"items":["http"]}}]},
  "zones/us-east1-b":{"warning":{"code":"NO_RESULTS_ON_PAGE"}}}})";

TEST(VmInventory, AggregatedListBecomesRows) {
  FakeHost host("file:///inv");
  host.add("instances-2025-11-15.json", page);
  const Outcome outcome = host.extract("vm_inventory");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.units()[0].unit, "2025-11-15");
  ASSERT_EQ(host.rows().size(), 1u);
  const FakeTable::Row& row = host.rows().rows()[0];
  EXPECT_EQ(row.at("instance_id"), "4711");
  EXPECT_EQ(row.at("project_id"), "acme");
  EXPECT_EQ(row.at("region"), "us-central1");
  EXPECT_EQ(row.at("machine_type"), "e2-small");
  EXPECT_EQ(row.at("disk_size_gb"), "110");
  EXPECT_EQ(row.at("external_ip"), "34.1.2.3");
  EXPECT_EQ(row.at("preemptible"), "false");
  EXPECT_EQ(row.at("labels"), R"({"env":"prod"})");
  EXPECT_EQ(row.at("network_tags"), R"(["http"])");
}

TEST(VmInventory, PagesWithoutADayAreOneSnapshotWhateverDateIsAskedFor) {
  FakeHost host("file:///inv");
  host.add("page-1.json", page);
  host.add("page-2.json", page);
  ASSERT_EQ(host.extract("vm_inventory", {{"date", "2025-11-15"}}).status, CVG_OK);
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].source, "gcp:vm_inventory:file:///inv");
  EXPECT_EQ(host.units()[0].unit, "current");
  EXPECT_EQ(host.rows().size(), 2u);
  FakeHost parent("file:///");
  parent.add("inv/page-1.json", page);
  ASSERT_EQ(parent.extract("vm_inventory").status, CVG_OK);
  EXPECT_EQ(parent.units()[0].source, host.units()[0].source);
  EXPECT_EQ(parent.units()[0].unit, host.units()[0].unit);
}

TEST(VmInventory, ARefusedRowIsNamedByTheFileAndLineOfItsInstance) {
  FakeHost host("file:///inv");
  host.add("page-1.json", page);
  host.add("page-2.json", page);
  host.refuse = [](const SeenPut& put) {
    throw convergence::Error(CVG_E_DATA, put.names[0] + ", line 3: creation_time 'x' is no time",
                             convergence::Json::object().set("file", put.names[0]).set("line", 3));
  };
  const Outcome outcome = host.extract("vm_inventory");
  EXPECT_EQ(outcome.message, "page-2.json, line 2: creation_time 'x' is no time");
  EXPECT_EQ(outcome.detail["file"].text(), "page-2.json");
}

TEST(VmInventory, DocumentThatIsNoPageIsRefused) {
  FakeHost host("file:///inv");
  host.add("x.json", R"({"foo":1})");
  EXPECT_EQ(host.extract("vm_inventory").detail["field"].text(), "items");
}

}  // namespace
