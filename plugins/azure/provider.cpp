// The provider "azure": Azure's cost exports, VM inventory and activity logs.
#include <convergence/datasets.hpp>
#include <convergence/focus.hpp>

#include "activity_logs.h"
#include "cost_export.h"
#include "cost_table.h"
#include "credentials.h"
#include "vm_inventory.h"

namespace {

using namespace convergence;

void extract_cost(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  load_tables(call, sink, azure::find_exports(call, req, options, sink), azure::CostMapper(), bill_null_words());
}
void extract_focus(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  load_tables(call, sink, azure::find_exports(call, req, options, sink), FocusMapper(), focus_null_words());
}

// The cloud's table, as DatasetProvider wants it.
struct Azure {
  static const char *name() { return "azure"; }
  static const char *summary() { return "Azure cost exports, VM inventory and activity logs"; }
  static void check_credentials(const Json &document) { azure::check_credentials(document); }
  static const std::vector<Dataset> &datasets() {
    static const std::vector<Dataset> all = {
        {"cost_export", "Cost Management exports of actual or amortized cost, with manifest.json or loose",
         azure::export_layouts(), &extract_cost},
        {"focus", "Cost Management exports in FOCUS 1.0 to 1.2, loose FOCUS files",
         azure::export_layouts(), &extract_focus},
        {"vm_inventory", "Virtual machines, from stored pages of ARM's list",
         {"virtual_machines_list"}, &azure::extract_vm_inventory},
        {"activity_logs", "Azure Monitor's activity log, from stored pages or a diagnostic setting's files",
         {"activity_events"}, &azure::extract_activity_logs}};
    return all;
  }
};

const cvg_component *component(uint32_t index) {
  return index == 0 ? ProviderThunks<DatasetProvider<Azure> >::component("azure") : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.azure", "1.0.0",
           "{\"id\":\"convergence.azure\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.provider/1\","
           "\"name\":\"azure\"}]}",
           component)
