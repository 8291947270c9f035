#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

const std::string page = R"({"value":[{"id":"/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.Compute/virtualMachines/vm1","name":"vm1",
  "type":"Microsoft.Compute/virtualMachines","location":"westeurope","zones":["1"],"tags":{"env":"prod"},
  "properties":{"vmId":"0f","hardwareProfile":{"vmSize":"Standard_D2s_v5"},"provisioningState":"Succeeded","timeCreated":"2025-10-01T00:00:00.123+00:00",
   "storageProfile":{"imageReference":{"publisher":"Canonical","offer":"ubuntu","sku":"22_04"},"osDisk":{"osType":"Linux","diskSizeGB":30},
    "dataDisks":[{"diskSizeGB":128},{"diskSizeGB":256}]},"osProfile":{"computerName":"vm1"},
   "instanceView":{"statuses":[{"code":"ProvisioningState/succeeded"},{"code":"PowerState/running"}]}},"etag":"1"}],"nextLink":null})";

TEST(VmInventory, PageOfArmBecomesRows) {
  FakeHost host("file:///inv");
  host.add("virtual-machines-20251115.json", page);
  const Outcome outcome = host.extract("vm_inventory");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.units()[0].unit, "2025-11-15");
  ASSERT_EQ(host.rows().size(), 1u);
  const FakeTable::Row& row = host.rows().rows()[0];
  EXPECT_EQ(row.at("subscription_id"), "s1");
  EXPECT_EQ(row.at("resource_group"), "rg1");
  EXPECT_EQ(row.at("vm_size"), "Standard_D2s_v5");
  EXPECT_EQ(row.at("power_state"), "running");
  EXPECT_EQ(row.at("zone"), "1");
  EXPECT_EQ(row.at("data_disk_size_gb"), "384");
  EXPECT_EQ(row.at("priority"), "Regular");
  EXPECT_EQ(row.at("tags"), R"({"env":"prod"})");
  EXPECT_EQ(row.at("x_extra"), R"({"etag":"1"})");
}

TEST(VmInventory, DocumentThatIsNoPageIsRefused) {
  FakeHost host("file:///inv");
  host.add("vm.json", R"({"error":{"code":"x"}})");
  const Outcome outcome = host.extract("vm_inventory");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message, "vm.json, line 1, value: no page of ARM's list of virtual machines: store the answers of the call as they are");
}

}  // namespace
