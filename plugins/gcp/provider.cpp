// The provider "gcp": Google Cloud's billing exports, VM inventory and audit logs.
#include <convergence/datasets.hpp>

#include "audit_logs.h"
#include "billing_export.h"
#include "credentials.h"
#include "vm_inventory.h"

namespace {

using namespace convergence;

// The cloud's table, as DatasetProvider wants it.
struct Gcp {
  static const char *name() { return "gcp"; }
  static const char *summary() { return "Google Cloud billing exports, VM inventory and audit logs"; }
  static void check_credentials(const Json &document) { gcp::check_credentials(document); }
  static const std::vector<Dataset> &datasets() {
    static const std::vector<Dataset> all = {
        {"billing_export", "Billing exports of BigQuery as files (standard and detailed), and the legacy daily JSON files",
         {"bigquery_files", "legacy_daily"}, &gcp::extract_billing_export},
        {"focus", "FOCUS 1.0 to 1.2 files",
         {"loose"}, &gcp::extract_focus},
        {"vm_inventory", "Compute Engine instances, from stored pages of instances.aggregatedList",
         {"instances_list"}, &gcp::extract_vm_inventory},
        {"audit_logs", "Cloud Audit Logs, from a log sink's files or entries.list",
         {"log_entries"}, &gcp::extract_audit_logs}};
    return all;
  }
};

const cvg_component *component(uint32_t index) {
  return index == 0 ? ProviderThunks<DatasetProvider<Gcp> >::component("gcp") : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.gcp", "1.0.0",
           "{\"id\":\"convergence.gcp\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.provider/1\","
           "\"name\":\"gcp\"}]}",
           component)
