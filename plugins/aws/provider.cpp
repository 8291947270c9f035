// The provider "aws": AWS's billing exports, EC2 inventory and CloudTrail events.
#include <convergence/focus.hpp>
#include <convergence/plugin.hpp>

#include "cloudtrail_events.h"
#include "cur_table.h"
#include "ec2_inventory.h"
#include "export_manifest.h"

namespace {

using namespace convergence;

struct Dataset {
  const char *name, *summary;
  std::vector<std::string> layouts;
};
const std::vector<Dataset> &datasets() {
  static const std::vector<Dataset> all = {
      {"cost_and_usage", "Cost and Usage Reports: legacy CUR, CUR 2.0 Data Exports, loose files", aws::export_layouts()},
      {"focus", "FOCUS 1.0 to 1.2 Data Exports, loose FOCUS files", aws::export_layouts()},
      {"ec2_inventory", "EC2 instances, from stored pages of DescribeInstances", {"describe_instances"}},
      {"cloudtrail_events", "CloudTrail log files", {"cloudtrail_files"}}};
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

class AwsProvider : public Provider {
 public:
  explicit AwsProvider(const Json &) {}

  static Json describe() {
    return Json::object()
        .set("summary", "AWS billing exports, EC2 inventory and CloudTrail events")
        .set("config_schema", Json::object().set("type", "object").set("properties", Json::object()).set("additionalProperties", false))
        .set("grants", Json::object())
        .set("datasets", datasets_json());
  }
  Json discover(Call &) override { return Json::object().set("datasets", datasets_json()); }

  void extract(Call &call, const cvg_extract_req &req, Sink &sink) override {
    const std::string name = text(req.dataset);
    const Options options = Options::parse(req, layouts_of(name));
    if (name == "ec2_inventory") aws::extract_ec2_inventory(call, req, options, sink);
    else if (name == "cloudtrail_events") aws::extract_cloudtrail_events(call, req, options, sink);
    else if (name == "focus")
      load_tables(call, sink, aws::find_exports(call, req, options, sink), FocusMapper(), focus_null_words());
    else load_tables(call, sink, aws::find_exports(call, req, options, sink), aws::CurMapper(), bill_null_words());
  }

 private:
  static const std::vector<std::string> &layouts_of(const std::string &name) {
    std::string known;
    for (const Dataset &d : datasets()) {
      if (name == d.name) return d.layouts;
      known += (known.empty() ? "" : ", ") + std::string(d.name);
    }
    throw Error(CVG_E_CONFIG, "provider aws has no dataset '" + name + "'; it has " + known,
                Json::object().set("field", "source.dataset"));
  }
};

const cvg_component *component(uint32_t index) { return index == 0 ? ProviderThunks<AwsProvider>::component("aws") : nullptr; }

}  // namespace

CVG_PLUGIN("convergence.aws", "1.0.0",
           "{\"id\":\"convergence.aws\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.provider/1\","
           "\"name\":\"aws\"}]}",
           component)
