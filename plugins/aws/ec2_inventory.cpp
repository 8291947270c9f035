#include "ec2_inventory.h"

#include <convergence/datasets.hpp>

namespace aws {
namespace {

using namespace convergence;

const ColumnSpec columns[] = {
    {"instance_id", "VARCHAR", "", "text", ""},
    {"account_id", "VARCHAR", "", "text", ""},
    {"reservation_id", "VARCHAR", "", "text", ""},
    {"region", "VARCHAR", "", "text", ""},
    {"availability_zone", "VARCHAR", "", "text", ""},
    {"instance_type", "VARCHAR", "", "text", ""},
    {"state", "VARCHAR", "", "text", ""},
    {"launch_time", "TIMESTAMP", "", "timestamp", ""},
    {"lifecycle", "VARCHAR", "", "text", ""},
    {"tenancy", "VARCHAR", "", "text", ""},
    {"platform", "VARCHAR", "", "text", ""},
    {"architecture", "VARCHAR", "", "text", ""},
    {"image_id", "VARCHAR", "", "text", ""},
    {"key_name", "VARCHAR", "", "text", ""},
    {"vpc_id", "VARCHAR", "", "text", ""},
    {"subnet_id", "VARCHAR", "", "text", ""},
    {"private_ip_address", "VARCHAR", "", "text", ""},
    {"public_ip_address", "VARCHAR", "", "text", ""},
    {"ebs_optimized", "BOOLEAN", "", "text", ""},
    {"root_device_type", "VARCHAR", "", "text", ""},
    {"iam_instance_profile_arn", "VARCHAR", "", "text", ""},
    {"core_count", "BIGINT", "", "text", ""},
    {"threads_per_core", "BIGINT", "", "text", ""},
    {"security_groups", "VARCHAR", "", "json", ""},
    {"block_devices", "VARCHAR", "", "json", ""},
    {"tags", map_type, "", "json_map", ""},
    {"x_extra", map_type, "", "json_map", ""}};

// "us-east-1" of "us-east-1a"; Local and Wavelength Zones (us-west-2-lax-1a) keep what stands before the third dash.
std::string region_of_zone(const std::string &zone) {
  std::size_t dash = zone.find('-');
  if (dash != std::string::npos) dash = zone.find('-', dash + 1);
  std::size_t end = dash == std::string::npos ? std::string::npos : dash + 1;
  while (end < zone.size() && is_digit(zone[end])) ++end;
  return end == std::string::npos ? std::string() : zone.substr(0, end);
}

void write_instance(const Json &instance, const Json &reservation, const DocumentPlace &place, RowFile &rows) {
  if (instance["InstanceId"].text().empty()) throw place.of(instance).error("an instance without InstanceId", "InstanceId");
  rows.set("instance_id", instance["InstanceId"]);
  rows.set("account_id", reservation["OwnerId"]);
  rows.set("reservation_id", reservation["ReservationId"]);
  rows.set("availability_zone", instance["Placement"]["AvailabilityZone"]);
  rows.cell("region") = region_of_zone(instance["Placement"]["AvailabilityZone"].text());
  rows.set("tenancy", instance["Placement"]["Tenancy"]);
  rows.set("instance_type", instance["InstanceType"]);
  rows.set("state", instance["State"]["Name"]);
  rows.set("launch_time", instance["LaunchTime"]);
  rows.cell("lifecycle") = instance["InstanceLifecycle"].text_or("on-demand");
  rows.set("platform", instance.find("PlatformDetails") ? instance["PlatformDetails"] : instance["Platform"]);
  rows.set("architecture", instance["Architecture"]);
  rows.set("image_id", instance["ImageId"]);
  rows.set("key_name", instance["KeyName"]);
  rows.set("vpc_id", instance["VpcId"]);
  rows.set("subnet_id", instance["SubnetId"]);
  rows.set("private_ip_address", instance["PrivateIpAddress"]);
  rows.set("public_ip_address", instance["PublicIpAddress"]);
  rows.set("ebs_optimized", instance["EbsOptimized"]);
  rows.set("root_device_type", instance["RootDeviceType"]);
  rows.set("iam_instance_profile_arn", instance["IamInstanceProfile"]["Arn"]);
  rows.set("core_count", instance["CpuOptions"]["CoreCount"]);
  rows.set("threads_per_core", instance["CpuOptions"]["ThreadsPerCore"]);
  rows.set("security_groups", instance["SecurityGroups"]);
  rows.set("block_devices", instance["BlockDeviceMappings"]);
  Json tags = Json::object();
  for (const Json &tag : instance["Tags"].items()) tags.set(tag["Key"].text(), tag["Value"].text());
  if (tags.size()) rows.set("tags", tags);
  rows.cell("x_extra") = rest_of(instance, "InstanceId Placement InstanceType State LaunchTime InstanceLifecycle PlatformDetails "
                                           "Platform Architecture ImageId KeyName VpcId SubnetId PrivateIpAddress PublicIpAddress "
                                           "EbsOptimized RootDeviceType IamInstanceProfile CpuOptions SecurityGroups "
                                           "BlockDeviceMappings Tags");
  rows.end_row(place.of(instance));
}

void read_page(const Json &page, const DocumentPlace &place, RowFile &rows) {
  const Json *reservations = page.find("Reservations");
  if (!reservations && page.find("InstanceId")) { write_instance(page, page, place, rows); return; }
  if (!reservations || !reservations->is_array())
    throw place.error("no page of DescribeInstances: the list is missing; store the answers of the call as they are", "Reservations");
  for (const Json &reservation : reservations->items())
    for (const Json &instance : reservation["Instances"].items()) write_instance(instance, reservation, place, rows);
}

}  // namespace

const TableShape &ec2_shape() {
  static const TableShape shape(columns, sizeof columns / sizeof *columns);
  return shape;
}

void extract_ec2_inventory(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  static const DocumentSet set("aws:ec2_inventory", "describe_instances", ".json and .json.gz pages of DescribeInstances",
                             true, {"ec2", "instance"}, {"manifest", "cloudtrail"});
  extract_documents(call, req, options, sink, set, ec2_shape(), read_page);
}

}  // namespace aws
