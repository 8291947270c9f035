#include "sample_folder.h"

namespace cvg {
namespace {

using InventorySample = SampleFolder;

TEST_F(InventorySample, ListsAndLogsAreTheJsonOfTheClouds) {
  ASSERT_TRUE(write_sample(options("csv")).ok());
  const std::string root = folder_ + "/csv/";
  EXPECT_EQ(parse_json(read_file(root + "aws/inventory/ec2-describe-instances.json").value()).value()["Reservations"].size(), 48u);
  EXPECT_EQ(parse_json(read_file(root + "azure/inventory/virtual-machines.json").value()).value()["value"].size(), 36u);
  std::size_t machines = 0;
  const Json zones = parse_json(read_file(root + "gcp/inventory/instances-aggregated-list.json").value()).value()["items"];
  for (const Json::Member& zone : zones.members()) machines += zone.second["instances"].size();
  EXPECT_EQ(machines, 36u);
  EXPECT_EQ(value("SELECT count(*) FROM glob('" + root + "aws/cloudtrail/**/*.json')"), "7");
  EXPECT_EQ(value("SELECT count(*) FROM read_json('" + root + "gcp/audit/**/*.json', format = 'newline_delimited')"), "210");
  EXPECT_EQ(parse_json(read_file(root + "azure/activity/activity-logs-2025-11-09.json").value()).value()["value"].size(), 30u);
}

}  // namespace
}  // namespace cvg
