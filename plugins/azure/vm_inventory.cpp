#include "vm_inventory.h"

#include <convergence/datasets.hpp>

namespace azure {
namespace {

using namespace convergence;

const ColumnSpec columns[] = {
    {"resource_id", "VARCHAR", "", "text", ""},
    {"vm_id", "VARCHAR", "", "text", ""},
    {"name", "VARCHAR", "", "text", ""},
    {"subscription_id", "VARCHAR", "", "text", ""},
    {"resource_group", "VARCHAR", "", "text", ""},
    {"location", "VARCHAR", "", "text", ""},
    {"zone", "VARCHAR", "", "text", ""},
    {"vm_size", "VARCHAR", "", "text", ""},
    {"power_state", "VARCHAR", "", "text", ""},
    {"provisioning_state", "VARCHAR", "", "text", ""},
    {"time_created", "TIMESTAMP", "", "timestamp", ""},
    {"priority", "VARCHAR", "", "text", ""},
    {"license_type", "VARCHAR", "", "text", ""},
    {"os_type", "VARCHAR", "", "text", ""},
    {"computer_name", "VARCHAR", "", "text", ""},
    {"image_publisher", "VARCHAR", "", "text", ""},
    {"image_offer", "VARCHAR", "", "text", ""},
    {"image_sku", "VARCHAR", "", "text", ""},
    {"os_disk_size_gb", "BIGINT", "", "text", ""},
    {"data_disk_count", "BIGINT", "", "text", ""},
    {"data_disk_size_gb", "BIGINT", "", "text", ""},
    {"availability_set_id", "VARCHAR", "", "text", ""},
    {"network_interfaces", "VARCHAR", "", "json", ""},
    {"identity", "VARCHAR", "", "json", ""},
    {"tags", map_type, "", "json_map", ""},
    {"x_extra", map_type, "", "json_map", ""}};

const TableShape &shape() {
  static const TableShape made(columns, sizeof columns / sizeof *columns);
  return made;
}

// The part of an ARM id behind a word: "rg1" behind "resourceGroups".
std::string part_behind(const std::string &id, const std::string &word) {
  const std::vector<std::string> parts = split(id, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (lower(parts[i]) == word) return parts[i + 1];
  return std::string();
}

std::string power_state_of(const Json &properties) {
  for (const Json &status : properties["instanceView"]["statuses"].items())
    if (starts_with(status["code"].text(), "PowerState/")) return status["code"].text().substr(11);
  return std::string();
}

void write_machine(const Json &vm, const DocumentPlace &place, RowFile &rows) {
  if (vm["id"].text().empty()) throw place.of(vm).error("a virtual machine without id", "id");
  const Json &p = vm["properties"];
  const Json &storage = p["storageProfile"];
  int64_t data_gb = 0;
  for (const Json &disk : storage["dataDisks"].items()) data_gb += disk["diskSizeGB"].integer();
  rows.set("resource_id", vm["id"]);
  rows.set("vm_id", p["vmId"]);
  rows.set("name", vm["name"]);
  rows.cell("subscription_id") = part_behind(vm["id"].text(), "subscriptions");
  rows.cell("resource_group") = part_behind(vm["id"].text(), "resourcegroups");
  rows.set("location", vm["location"]);
  if (vm["zones"].size()) rows.set("zone", vm["zones"].items()[0]);
  rows.set("vm_size", p["hardwareProfile"]["vmSize"]);
  rows.cell("power_state") = power_state_of(p);
  rows.set("provisioning_state", p["provisioningState"]);
  rows.set("time_created", p["timeCreated"]);
  rows.cell("priority") = p["priority"].text_or("Regular");
  rows.set("license_type", p["licenseType"]);
  rows.set("os_type", storage["osDisk"]["osType"]);
  rows.set("computer_name", p["osProfile"]["computerName"]);
  rows.set("image_publisher", storage["imageReference"]["publisher"]);
  rows.set("image_offer", storage["imageReference"]["offer"]);
  rows.set("image_sku", storage["imageReference"]["sku"]);
  rows.set("os_disk_size_gb", storage["osDisk"]["diskSizeGB"]);
  rows.cell("data_disk_count") = std::to_string(storage["dataDisks"].size());
  rows.cell("data_disk_size_gb") = std::to_string(data_gb);
  rows.set("availability_set_id", p["availabilitySet"]["id"]);
  rows.set("network_interfaces", p["networkProfile"]["networkInterfaces"]);
  rows.set("identity", vm["identity"]);
  rows.set("tags", vm["tags"]);
  rows.cell("x_extra") = rest_of(vm, "id name type location zones properties identity tags");
  rows.end_row(place.of(vm));
}

void read_page(const Json &page, const DocumentPlace &place, RowFile &rows) {
  const Json *machines = page.find("value");
  if (!machines && page.find("properties")) { write_machine(page, place, rows); return; }
  if (!machines || !machines->is_array())
    throw place.error("no page of ARM's list of virtual machines: store the answers of the call as they are", "value");
  for (const Json &vm : machines->items()) write_machine(vm, place, rows);
}

}  // namespace

void extract_vm_inventory(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  static const DocumentSet set("azure:vm_inventory", "virtual_machines_list", ".json and .json.gz pages of the list of virtual machines",
                             true, {"inventory", "machine", "vm"}, {"manifest.json"});
  extract_documents(call, req, options, sink, set, shape(), read_page);
}

}  // namespace azure
