#include "core/plugin/component_table.h"

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"
#include "core/plugin/manifest.h"

namespace cvg {
namespace {

// A function of a table, by its place.
struct Slot {
  std::string_view name;
  std::size_t offset;
  bool required;
};
#define CVG_REQUIRED(type, member) Slot{#member, offsetof(type, member), true}
#define CVG_OPTIONAL(type, member) Slot{#member, offsetof(type, member), false}

constexpr Slot component_slots[] = {
    CVG_REQUIRED(cvg_component, describe), CVG_REQUIRED(cvg_component, create), CVG_OPTIONAL(cvg_component, check),
    CVG_OPTIONAL(cvg_component, interrupt), CVG_REQUIRED(cvg_component, destroy)};
constexpr Slot provider_slots[] = {CVG_REQUIRED(cvg_provider, discover), CVG_REQUIRED(cvg_provider, extract)};
constexpr Slot step_slots[] = {CVG_OPTIONAL(cvg_step, plan), CVG_REQUIRED(cvg_step, run)};
constexpr Slot warehouse_slots[] = {
    CVG_REQUIRED(cvg_warehouse, query), CVG_REQUIRED(cvg_warehouse, begin), CVG_REQUIRED(cvg_warehouse, ingest),
    CVG_REQUIRED(cvg_warehouse, end), CVG_REQUIRED(cvg_warehouse, published), CVG_REQUIRED(cvg_warehouse, cursor),
    CVG_REQUIRED(cvg_warehouse, create_dataset), CVG_REQUIRED(cvg_warehouse, drop_dataset),
    CVG_REQUIRED(cvg_warehouse, describe_dataset), CVG_OPTIONAL(cvg_warehouse, mirror),
    CVG_OPTIONAL(cvg_warehouse, discard),
    CVG_OPTIONAL(cvg_warehouse, measure_dataset), CVG_OPTIONAL(cvg_warehouse, export_dataset)};
constexpr Slot key_manager_slots[] = {CVG_REQUIRED(cvg_keymgr, wrap), CVG_REQUIRED(cvg_keymgr, unwrap), CVG_OPTIONAL(cvg_keymgr, rotate)};

#undef CVG_REQUIRED
#undef CVG_OPTIONAL

// The part of every table that no growth touches: struct_size and flags.
constexpr std::size_t head_bytes = 8;

Status refused(std::string why) { return Status(Code::config, std::move(why)); }

// The names of the required functions that a table of ours lacks.
std::vector<std::string> missing(const void* table, std::span<const Slot> slots) {
  std::vector<std::string> names;
  for (const Slot& slot : slots) {
    void* function = nullptr;
    std::memcpy(&function, static_cast<const char*>(table) + slot.offset, sizeof function);
    if (slot.required && !function) names.emplace_back(slot.name);
  }
  return names;
}

cvg_status unsupported(cvg_error* error, std::string_view function) {
  return fill_abi_error(Status(Code::unsupported, fmt::format("this component offers no {}", function)), error);
}
cvg_status no_check(cvg_instance*, cvg_call*, cvg_error* error) { return unsupported(error, "check"); }
void no_interrupt(cvg_instance*) {}
cvg_status no_plan(cvg_instance*, cvg_call*, const cvg_str*, cvg_out*, cvg_error* error) { return unsupported(error, "plan"); }
cvg_status no_mirror(cvg_instance*, cvg_call*, const cvg_str*, cvg_error* error) { return unsupported(error, "mirror"); }
cvg_status no_discard(cvg_instance*, cvg_call*, cvg_handle, cvg_error* error) { return unsupported(error, "discard"); }
cvg_status no_measure(cvg_instance*, cvg_call*, cvg_out*, cvg_error* error) { return unsupported(error, "measure_dataset"); }
cvg_status no_export(cvg_instance*, cvg_call*, const cvg_str*, cvg_out*, cvg_error* error) { return unsupported(error, "export_dataset"); }
cvg_status no_rotate(cvg_instance*, cvg_call*, cvg_error* error) { return unsupported(error, "rotate"); }

// Copies a kind's table and refuses one that lacks a required function.
template <class Table>
Status read_table(const cvg_component& component, std::span<const Slot> slots, Table& ours) {
  if (!read_struct(static_cast<const Table*>(component.vtbl), head_bytes, ours))
    return refused(fmt::format("its {} {} has no table of functions", short_kind(component.kind), component.name));
  ours.struct_size = sizeof ours;
  const std::vector<std::string> lacks = missing(&ours, slots);
  if (lacks.empty()) return Status();
  return refused(fmt::format("its {} {} offers only a part of {}: {} missing", short_kind(component.kind), component.name,
                             component.kind, join(lacks, ", ") + (lacks.size() == 1 ? " is" : " are")));
}

Status read_functions(ComponentTable& table) {
  const cvg_component& component = table.component;
  const std::string_view kind = component.kind;
  if (kind == CVG_KIND_PROVIDER) return read_table(component, provider_slots, table.functions.provider);
  if (kind == CVG_KIND_KEY_MANAGER) {
    CVG_RETURN_IF_ERROR(read_table(component, key_manager_slots, table.functions.key_manager));
    if (!table.functions.key_manager.rotate) table.functions.key_manager.rotate = &no_rotate;
    return Status();
  }
  if (kind == CVG_KIND_STEP) {
    CVG_RETURN_IF_ERROR(read_table(component, step_slots, table.functions.step));
    if (!table.functions.step.plan) table.functions.step.plan = &no_plan;
    return Status();
  }
  CVG_RETURN_IF_ERROR(read_table(component, warehouse_slots, table.functions.warehouse));
  if (!table.functions.warehouse.mirror) table.functions.warehouse.mirror = &no_mirror;
  if (!table.functions.warehouse.discard) table.functions.warehouse.discard = &no_discard;
  if (!table.functions.warehouse.measure_dataset) table.functions.warehouse.measure_dataset = &no_measure;
  if (!table.functions.warehouse.export_dataset) table.functions.warehouse.export_dataset = &no_export;
  return Status();
}

}  // namespace

Result<std::unique_ptr<ComponentTable>> read_component(const cvg_component* theirs, ProcessOf process) {
  auto table = std::make_unique<ComponentTable>();
  cvg_component& ours = table->component;
  if (!read_struct(theirs, head_bytes, ours) || !ours.kind || !ours.name) return refused("it offers a component without kind or name");
  ours.struct_size = sizeof ours;
  CVG_RETURN_IF_ERROR(check_offer(ours.kind, ours.name));
  if (const std::vector<std::string> lacks = missing(&ours, component_slots); !lacks.empty())
    return refused(fmt::format("its {} {} lacks the required function {}", short_kind(ours.kind), ours.name, join(lacks, ", ")));
  if (process == ProcessOf::server && (ours.flags & CVG_NEEDS_ISOLATED) != 0)
    return refused(fmt::format("its {} {} demands a process of its own: set mode to isolated", short_kind(ours.kind), ours.name));
  if (process == ProcessOf::worker && (ours.flags & CVG_NEEDS_INPROCESS) != 0)
    return refused(fmt::format("its {} {} works in the server's process only: set mode to in_process", short_kind(ours.kind), ours.name));
  CVG_RETURN_IF_ERROR(read_functions(*table));
  if (!ours.check) ours.check = &no_check;
  if (!ours.interrupt) ours.interrupt = &no_interrupt;
  ours.vtbl = &table->functions;
  return table;
}

}  // namespace cvg
