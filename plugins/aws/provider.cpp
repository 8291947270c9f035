// The provider "aws": AWS's billing exports, EC2 inventory and CloudTrail events.
#include <convergence/datasets.hpp>
#include <convergence/focus.hpp>

#include "cloudtrail_events.h"
#include "credentials.h"
#include "cur_table.h"
#include "ec2_inventory.h"
#include "export_manifest.h"

namespace {

using namespace convergence;

void extract_cost(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  load_tables(call, sink, aws::find_exports(call, req, options, sink), aws::CurMapper(), bill_null_words());
}
void extract_focus(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  load_tables(call, sink, aws::find_exports(call, req, options, sink), FocusMapper(), focus_null_words());
}

// The cloud's table, as DatasetProvider wants it.
struct Aws {
  static const char *name() { return "aws"; }
  static const char *summary() { return "AWS billing exports, EC2 inventory and CloudTrail events"; }
  static void check_credentials(const Json &document) { aws::check_credentials(document); }
  static const std::vector<Dataset> &datasets() {
    static const std::vector<Dataset> all = {
        {"cost_and_usage", "Cost and Usage Reports: legacy CUR, CUR 2.0 Data Exports, loose files",
         aws::export_layouts(), &extract_cost},
        {"focus", "FOCUS 1.0 to 1.2 Data Exports, loose FOCUS files",
         aws::export_layouts(), &extract_focus},
        {"ec2_inventory", "EC2 instances, from stored pages of DescribeInstances",
         {"describe_instances"}, &aws::extract_ec2_inventory},
        {"cloudtrail_events", "CloudTrail log files",
         {"cloudtrail_files"}, &aws::extract_cloudtrail_events}};
    return all;
  }
};

const cvg_component *component(uint32_t index) {
  return index == 0 ? ProviderThunks<DatasetProvider<Aws> >::component("aws") : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.aws", "1.0.0",
           "{\"id\":\"convergence.aws\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.provider/1\","
           "\"name\":\"aws\"}]}",
           component)
