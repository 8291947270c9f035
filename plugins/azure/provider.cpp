// The provider "azure": Azure's cost exports, VM inventory and activity logs.
#include <convergence/focus.hpp>
#include <convergence/plugin.hpp>

#include "activity_logs.h"
#include "cost_export.h"
#include "cost_table.h"
#include "vm_inventory.h"

namespace {

using namespace convergence;

struct Dataset {
  const char *name, *summary;
  std::vector<std::string> layouts;
};
const std::vector<Dataset> &datasets() {
  static const std::vector<Dataset> all = {
      {"cost_export", "Cost Management exports of actual or amortized cost, with manifest.json or loose", azure::export_layouts()},
      {"focus", "Cost Management exports in FOCUS 1.0 to 1.2, loose FOCUS files", azure::export_layouts()},
      {"vm_inventory", "Virtual machines, from stored pages of ARM's list", {"virtual_machines_list"}},
      {"activity_logs", "Azure Monitor's activity log, from stored pages or a diagnostic setting's files", {"activity_events"}}};
  return all;
}

Json datasets_json() {
  Json all = Json::array();
  for (const Dataset &d : datasets()) {
    Json layouts = Json::array();
    for (const std::string &layout : d.layouts) layouts.push(layout);
    all.push(Json::object().set("name", d.name).set("summary", d.summary).set("layouts", layouts));
  }
  return all;
}

class AzureProvider : public Provider {
 public:
  explicit AzureProvider(const Json &) {}

  static Json describe() {
    return Json::object()
        .set("summary", "Azure cost exports, VM inventory and activity logs")
        .set("config_schema", Json::object().set("type", "object").set("properties", Json::object()).set("additionalProperties", false))
        .set("grants", Json::object())
        .set("datasets", datasets_json());
  }
  Json discover(Call &) override { return Json::object().set("datasets", datasets_json()); }

  void extract(Call &call, const cvg_extract_req &req, Sink &sink) override {
    const std::string name = text(req.dataset);
    const Options options = Options::parse(req, layouts_of(name));
    if (name == "vm_inventory") azure::extract_vm_inventory(call, req, options, sink);
    else if (name == "activity_logs") azure::extract_activity_logs(call, req, options, sink);
    else if (name == "focus")
      load_tables(call, sink, azure::find_exports(call, req, options, sink), FocusMapper(), focus_null_words());
    else load_tables(call, sink, azure::find_exports(call, req, options, sink), azure::CostMapper(), bill_null_words());
  }

 private:
  static const std::vector<std::string> &layouts_of(const std::string &name) {
    std::string known;
    for (const Dataset &d : datasets()) {
      if (name == d.name) return d.layouts;
      known += (known.empty() ? "" : ", ") + std::string(d.name);
    }
    throw Error(CVG_E_CONFIG, "provider azure has no dataset '" + name + "'; it has " + known,
                Json::object().set("field", "source.dataset"));
  }
};

const cvg_component *component(uint32_t index) { return index == 0 ? ProviderThunks<AzureProvider>::component("azure") : nullptr; }

}  // namespace

CVG_PLUGIN("convergence.azure", "1.0.0",
           "{\"id\":\"convergence.azure\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.provider/1\","
           "\"name\":\"azure\"}]}",
           component)
