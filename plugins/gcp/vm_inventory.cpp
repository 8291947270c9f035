#include "vm_inventory.h"

#include <convergence/datasets.hpp>

namespace gcp {
namespace {

using namespace convergence;

const ColumnSpec columns[] = {
    {"instance_id", "VARCHAR", "", "text", ""},
    {"name", "VARCHAR", "", "text", ""},
    {"project_id", "VARCHAR", "", "text", ""},
    {"region", "VARCHAR", "", "text", ""},
    {"zone", "VARCHAR", "", "text", ""},
    {"machine_type", "VARCHAR", "", "text", ""},
    {"status", "VARCHAR", "", "text", ""},
    {"creation_time", "TIMESTAMP", "", "timestamp", ""},
    {"last_start_time", "TIMESTAMP", "", "timestamp", ""},
    {"cpu_platform", "VARCHAR", "", "text", ""},
    {"provisioning_model", "VARCHAR", "", "text", ""},
    {"preemptible", "BOOLEAN", "", "text", ""},
    {"deletion_protection", "BOOLEAN", "", "text", ""},
    {"network", "VARCHAR", "", "text", ""},
    {"subnetwork", "VARCHAR", "", "text", ""},
    {"internal_ip", "VARCHAR", "", "text", ""},
    {"external_ip", "VARCHAR", "", "text", ""},
    {"service_account", "VARCHAR", "", "text", ""},
    {"disk_count", "BIGINT", "", "text", ""},
    {"disk_size_gb", "BIGINT", "", "text", ""},
    {"description", "VARCHAR", "", "text", ""},
    {"self_link", "VARCHAR", "", "text", ""},
    {"disks", "VARCHAR", "", "json", ""},
    {"network_tags", "VARCHAR", "", "json", ""},
    {"labels", map_type, "", "json_map", ""},
    {"x_extra", map_type, "", "json_map", ""}};

const TableShape &shape() {
  static const TableShape made(columns, sizeof columns / sizeof *columns);
  return made;
}

const Json &first_of(const Json &list) {
  static const Json none;
  return list.size() && list.is_array() ? list.items()[0] : none;
}

// "acme" of ".../projects/acme/zones/...".
std::string project_of(const std::string &link) {
  const std::vector<std::string> parts = split(link, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (parts[i] == "projects") return parts[i + 1];
  return std::string();
}

void write_instance(const Json &vm, const DocumentPlace &place, RowFile &rows) {
  if (vm["id"].text().empty()) throw place.of(vm).error("an instance without id", "id");
  const std::string zone = base_name(vm["zone"].text());
  int64_t disk_gb = 0;
  for (const Json &disk : vm["disks"].items()) disk_gb += disk["diskSizeGb"].integer();
  const Json &card = first_of(vm["networkInterfaces"]);
  rows.set("instance_id", vm["id"]);
  rows.set("name", vm["name"]);
  rows.cell("project_id") = project_of(vm["selfLink"].text_or(vm["zone"].text()));
  rows.cell("zone") = zone;
  rows.cell("region") = zone.substr(0, zone.rfind('-'));
  rows.cell("machine_type") = base_name(vm["machineType"].text());
  rows.set("status", vm["status"]);
  rows.set("creation_time", vm["creationTimestamp"]);
  rows.set("last_start_time", vm["lastStartTimestamp"]);
  rows.set("cpu_platform", vm["cpuPlatform"]);
  rows.set("provisioning_model", vm["scheduling"]["provisioningModel"]);
  rows.set("preemptible", vm["scheduling"]["preemptible"]);
  rows.set("deletion_protection", vm["deletionProtection"]);
  rows.cell("network") = base_name(card["network"].text());
  rows.cell("subnetwork") = base_name(card["subnetwork"].text());
  rows.set("internal_ip", card["networkIP"]);
  rows.set("external_ip", first_of(card["accessConfigs"])["natIP"]);
  rows.set("service_account", first_of(vm["serviceAccounts"])["email"]);
  rows.cell("disk_count") = std::to_string(vm["disks"].size());
  rows.cell("disk_size_gb") = std::to_string(disk_gb);
  rows.set("description", vm["description"]);
  rows.set("self_link", vm["selfLink"]);
  rows.set("disks", vm["disks"]);
  rows.set("network_tags", vm["tags"]["items"]);
  rows.set("labels", vm["labels"]);
  rows.cell("x_extra") = rest_of(vm, "id name zone machineType status creationTimestamp lastStartTimestamp cpuPlatform deletionProtection "
                                     "serviceAccounts description selfLink disks tags labels metadata kind");
  rows.end_row(place.of(vm));
}

void read_page(const Json &page, const DocumentPlace &place, RowFile &rows) {
  const Json *items = page.find("items");
  if (!items && page.find("machineType")) { write_instance(page, place, rows); return; }
  if (!items && page.find("kind")) return;  // a page of a project without instances
  if (!items) throw place.error("no page of instances.aggregatedList or instances.list: store the answers of the call as they are", "items");
  for (const Json &vm : items->items()) write_instance(vm, place, rows);
  for (const Json::Member &scope : items->members())
    for (const Json &vm : scope.second["instances"].items()) write_instance(vm, place, rows);
}

}  // namespace

void extract_vm_inventory(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  static const DocumentSet set("gcp:vm_inventory", "instances_list", ".json and .json.gz pages of instances.aggregatedList",
                             true, {"instance", "inventory"});
  extract_documents(call, req, options, sink, set, shape(), read_page);
}

}  // namespace gcp
