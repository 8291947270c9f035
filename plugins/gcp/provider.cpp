// The provider "gcp": Google Cloud's billing exports, VM inventory and audit logs.
#include <convergence/plugin.hpp>

#include "audit_logs.h"
#include "billing_export.h"
#include "vm_inventory.h"

namespace {

using namespace convergence;

struct Dataset {
  const char *name, *summary;
  std::vector<std::string> layouts;
};
const std::vector<Dataset> &datasets() {
  static const std::vector<Dataset> all = {
      {"billing_export", "Billing exports of BigQuery as files (standard and detailed), and the legacy daily JSON files",
       {"bigquery_files", "legacy_daily"}},
      {"focus", "FOCUS 1.0 to 1.2 files", {"loose"}},
      {"vm_inventory", "Compute Engine instances, from stored pages of instances.aggregatedList", {"instances_list"}},
      {"audit_logs", "Cloud Audit Logs, from a log sink's files or entries.list", {"log_entries"}}};
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

class GcpProvider : public Provider {
 public:
  explicit GcpProvider(const Json &) {}

  static Json describe() {
    return Json::object()
        .set("summary", "Google Cloud billing exports, VM inventory and audit logs")
        .set("config_schema", Json::object().set("type", "object").set("properties", Json::object()).set("additionalProperties", false))
        .set("grants", Json::object())
        .set("datasets", datasets_json());
  }
  Json discover(Call &) override { return Json::object().set("datasets", datasets_json()); }

  void extract(Call &call, const cvg_extract_req &req, Sink &sink) override {
    const std::string name = text(req.dataset);
    const Options options = Options::parse(req, layouts_of(name));
    if (name == "vm_inventory") gcp::extract_vm_inventory(call, req, options, sink);
    else if (name == "audit_logs") gcp::extract_audit_logs(call, req, options, sink);
    else if (name == "focus") gcp::extract_focus(call, req, options, sink);
    else gcp::extract_billing_export(call, req, options, sink);
  }

 private:
  static const std::vector<std::string> &layouts_of(const std::string &name) {
    std::string known;
    for (const Dataset &d : datasets()) {
      if (name == d.name) return d.layouts;
      known += (known.empty() ? "" : ", ") + std::string(d.name);
    }
    throw Error(CVG_E_CONFIG, "provider gcp has no dataset '" + name + "'; it has " + known,
                Json::object().set("field", "source.dataset"));
  }
};

const cvg_component *component(uint32_t index) { return index == 0 ? ProviderThunks<GcpProvider>::component("gcp") : nullptr; }

}  // namespace

CVG_PLUGIN("convergence.gcp", "1.0.0",
           "{\"id\":\"convergence.gcp\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.provider/1\","
           "\"name\":\"gcp\"}]}",
           component)
