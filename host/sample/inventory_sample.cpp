// Inventories and audit logs: the answers of the clouds' list APIs, stored as they come.
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "host/sample/charge.h"
#include "host/sample/clouds.h"

namespace cvg {
namespace {

constexpr int machines_per_account = 12, events_per_day = 30;
constexpr std::int64_t days_of_logs = 7;

struct Machine {
  int number;
  const SampleAccount* account;
  const Region* region;
  bool running;
};

template <class F>
void for_machines(const SampleOptions& options, Cloud cloud, F f) {
  const CloudOffers& offers = offers_of(cloud);
  Random random = Random(options.seed).part(77 + static_cast<std::uint64_t>(cloud));
  for (std::size_t a = 0; a < offers.account_count; ++a)
    for (int i = 1; i <= machines_per_account; ++i) {
      const auto region = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(offers.region_count) - 1));
      f(Machine{static_cast<int>(a) * machines_per_account + i, &offers.accounts[a], &offers.regions[region], random.chance(85)});
    }
}

Json ec2_page(const SampleOptions& options) {
  Json reservations = Json::array();
  for_machines(options, Cloud::aws, [&](const Machine& m) {
    const Json instance =
        Json::object().set("InstanceId", fmt::format("i-{:017x}", m.number * 7919)).set("ImageId", "ami-00000000000000000").set("InstanceType", m.number % 3 ? "m5.large" : "c6g.xlarge")
            .set("LaunchTime", options.start + "T08:00:00+00:00").set("Placement", Json::object().set("AvailabilityZone", std::string(m.region->zone)).set("Tenancy", "default"))
            .set("PrivateIpAddress", fmt::format("10.0.{}.{}", m.number / 200, m.number % 200 + 4)).set("Architecture", "x86_64").set("PlatformDetails", "Linux/UNIX")
            .set("State", Json::object().set("Code", m.running ? 16 : 80).set("Name", m.running ? "running" : "stopped"))
            .set("Tags", Json::array().push(Json::object().set("Key", "Name").set("Value", fmt::format("web-{:02d}", m.number))).push(Json::object().set("Key", "env").set("Value", m.number % 2 ? "prod" : "dev")));
    reservations.push(Json::object().set("ReservationId", fmt::format("r-{:017x}", m.number)).set("OwnerId", std::string(m.account->id)).set("Instances", Json::array().push(instance)));
  });
  return Json::object().set("Reservations", reservations);
}

Json gcp_page(const SampleOptions& options) {
  Json items = Json::object();
  for_machines(options, Cloud::gcp, [&](const Machine& m) {
    const std::string zone(m.region->zone), base = "https://www.googleapis.com/compute/v1/projects/" + std::string(m.account->id) + "/zones/" + zone;
    const Json instance = Json::object().set("id", std::to_string(4000000000000000000 + m.number)).set("name", fmt::format("vm-{:02d}", m.number)).set("status", m.running ? "RUNNING" : "TERMINATED")
                              .set("zone", base).set("machineType", base + "/machineTypes/n2-standard-4").set("creationTimestamp", options.start + "T01:00:00.000-07:00")
                              .set("selfLink", base + "/instances/" + fmt::format("vm-{:02d}", m.number)).set("labels", Json::object().set("env", m.number % 2 ? "prod" : "dev"));
    Json list = items["zones/" + zone]["instances"].is_array() ? items["zones/" + zone]["instances"] : Json::array();
    items.set("zones/" + zone, Json::object().set("instances", list.push(instance)));
  });
  return Json::object().set("kind", "compute#instanceAggregatedList").set("id", "projects/example/aggregated/instances").set("items", items);
}

Json azure_page(const SampleOptions& options) {
  Json value = Json::array();
  for_machines(options, Cloud::azure, [&](const Machine& m) {
    const std::string name = fmt::format("vm-{:02d}", m.number);
    value.push(Json::object().set("name", name).set("id", "/subscriptions/" + std::string(m.account->id) + "/resourceGroups/rg-prod/providers/Microsoft.Compute/virtualMachines/" + name)
                   .set("type", "Microsoft.Compute/virtualMachines").set("location", std::string(m.region->id)).set("tags", Json::object().set("env", m.number % 2 ? "prod" : "dev"))
                   .set("properties", Json::object().set("vmId", fmt::format("00000000-0000-4000-a000-{:012d}", m.number)).set("hardwareProfile", Json::object().set("vmSize", "Standard_D2s_v5"))
                                          .set("storageProfile", Json::object().set("osDisk", Json::object().set("osType", "Linux"))).set("provisioningState", "Succeeded")
                                          .set("timeCreated", options.start + "T06:00:00+00:00")));
  });
  return Json::object().set("value", value);
}

struct Event {
  std::string id, time, actor, action, resource, address;
  bool failed;
};

// The events of a day, in the order of time.
std::vector<Event> events_of(const SampleOptions& options, Cloud cloud, std::int64_t day, std::initializer_list<const char*> actions) {
  Random random = Random(options.seed).part(500 + static_cast<std::uint64_t>(cloud)).part(static_cast<std::uint64_t>(day));
  std::vector<Event> events;
  for (int i = 0; i < events_per_day; ++i) {
    Event e;
    e.id = random.hex(8) + "-0000-4000-8000-" + random.hex(12);
    e.time = format_time(midnight_ms(day) + day_ms / events_per_day * i);
    e.actor = fmt::format("user{}@example.com", random.between(1, 6));
    e.action = actions.begin()[random.between(0, static_cast<std::int64_t>(actions.size()) - 1)];
    e.resource = fmt::format("vm-{:02d}", random.between(1, 30));
    e.address = fmt::format("192.0.2.{}", random.between(1, 250));
    e.failed = random.chance(8);
    events.push_back(std::move(e));
  }
  return events;
}

std::string cloudtrail_file(const SampleOptions& options, std::int64_t day) {
  Json records = Json::array();
  for (const Event& e : events_of(options, Cloud::aws, day, {"RunInstances", "StopInstances", "CreateBucket", "AssumeRole", "PutBucketPolicy"})) {
    Json record = Json::object().set("eventVersion", "1.09").set("eventID", e.id).set("eventTime", e.time).set("eventSource", "ec2.amazonaws.com").set("eventName", e.action)
                      .set("awsRegion", "us-east-1").set("sourceIPAddress", e.address).set("userAgent", "sample").set("readOnly", false).set("eventType", "AwsApiCall").set("recipientAccountId", "000000000102")
                      .set("userIdentity", Json::object().set("type", "IAMUser").set("userName", e.actor).set("accountId", "000000000102").set("arn", "arn:aws:iam::000000000102:user/" + e.actor))
                      .set("requestParameters", Json::object().set("instance", e.resource));
    if (e.failed) record.set("errorCode", "AccessDenied").set("errorMessage", "not authorized");
    records.push(record);
  }
  return Json::object().set("Records", records).dump();
}

std::string gcp_audit_lines(const SampleOptions& options, std::int64_t day) {
  std::string lines;
  for (const Event& e : events_of(options, Cloud::gcp, day, {"v1.compute.instances.insert", "v1.compute.instances.stop", "storage.buckets.create", "SetIamPolicy"}))
    lines += Json::object().set("insertId", e.id).set("timestamp", e.time).set("receiveTimestamp", e.time).set("severity", e.failed ? "ERROR" : "NOTICE")
                 .set("logName", "projects/example-prod/logs/cloudaudit.googleapis.com%2Factivity")
                 .set("resource", Json::object().set("type", "gce_instance").set("labels", Json::object().set("project_id", "example-prod").set("zone", "us-central1-a")))
                 .set("protoPayload", Json::object().set("@type", "type.googleapis.com/google.cloud.audit.AuditLog").set("serviceName", "compute.googleapis.com").set("methodName", e.action)
                                          .set("resourceName", "projects/example-prod/zones/us-central1-a/instances/" + e.resource)
                                          .set("authenticationInfo", Json::object().set("principalEmail", e.actor)).set("requestMetadata", Json::object().set("callerIp", e.address))
                                          .set("status", e.failed ? Json::object().set("code", 7).set("message", "PERMISSION_DENIED") : Json::object())).dump() + "\n";
  return lines;
}

std::string azure_activity_page(const SampleOptions& options, std::int64_t day) {
  Json value = Json::array();
  for (const Event& e : events_of(options, Cloud::azure, day, {"Microsoft.Compute/virtualMachines/write", "Microsoft.Compute/virtualMachines/deallocate/action", "Microsoft.Storage/storageAccounts/write"})) {
    const std::string subscription = "00000000-0000-4000-8000-000000000001";
    value.push(Json::object().set("eventDataId", e.id).set("eventTimestamp", e.time).set("submissionTimestamp", e.time).set("caller", e.actor).set("level", e.failed ? "Error" : "Informational")
                   .set("operationName", Json::object().set("value", e.action).set("localizedValue", e.action)).set("status", Json::object().set("value", e.failed ? "Failed" : "Succeeded"))
                   .set("category", Json::object().set("value", "Administrative")).set("resourceGroupName", "rg-prod").set("subscriptionId", subscription)
                   .set("resourceId", "/subscriptions/" + subscription + "/resourceGroups/rg-prod/providers/Microsoft.Compute/virtualMachines/" + e.resource)
                   .set("correlationId", e.id).set("httpRequest", Json::object().set("clientIpAddress", e.address).set("method", "PUT")));
  }
  return Json::object().set("value", value).dump();
}

}  // namespace

Status write_inventories(const SampleOptions& options) {
  CVG_RETURN_IF_ERROR(write_sample_file(options.folder + "/aws/inventory/ec2-describe-instances.json", ec2_page(options).dump()));
  CVG_RETURN_IF_ERROR(write_sample_file(options.folder + "/gcp/inventory/instances-aggregated-list.json", gcp_page(options).dump()));
  return write_sample_file(options.folder + "/azure/inventory/virtual-machines.json", azure_page(options).dump());
}

Status write_audit_logs(const SampleOptions& options) {
  const std::int64_t end = parse_date(options.start).value_or(0) + options.days;
  for (std::int64_t day = std::max(end - days_of_logs, end - options.days); day < end; ++day) {
    const std::string date = format_date(day);
    const std::string slashed = date.substr(0, 4) + "/" + date.substr(5, 2) + "/" + date.substr(8, 2);
    const std::string compact = date.substr(0, 4) + date.substr(5, 2) + date.substr(8, 2);
    CVG_RETURN_IF_ERROR(write_sample_file(options.folder + "/aws/cloudtrail/AWSLogs/000000000102/CloudTrail/us-east-1/" + slashed + "/000000000102_CloudTrail_us-east-1_" + compact + "T0000Z_sample.json", cloudtrail_file(options, day)));
    CVG_RETURN_IF_ERROR(write_sample_file(options.folder + "/gcp/audit/cloudaudit.googleapis.com/activity/" + slashed + "/00:00:00_23:59:59_S0.json", gcp_audit_lines(options, day)));
    CVG_RETURN_IF_ERROR(write_sample_file(options.folder + "/azure/activity/activity-logs-" + date + ".json", azure_activity_page(options, day)));
  }
  return {};
}

}  // namespace cvg
