#include <gtest/gtest.h>

#include "core/config/pipeline_builder.h"
#include "core/config/template_catalog.h"
#include "tests/fakes/step_kinds.h"

namespace cvg {
namespace {

TEST(ShippedTemplates, AllOfThemAreThereAndBuildWithTheirDefaults) {
  const FakeStepKinds kinds;
  TemplateCatalog catalog({CVG_SOURCE_DIR "/configs"}, kinds);
  const char* const names[][3] = {
      {"gcp", "cost", "billing_cost"}, {"gcp", "cost", "cost_billing"}, {"gcp", "cost", "billing"}, {"gcp", "cost", "bill-sample-export-template"},
      {"gcp", "cost", "usage_metrics"}, {"gcp", "cost", "dryrun"}, {"gcp", "example", "dryrun"}, {"gcp", "example", "alarm"}, {"gcp", "compute", "vm_inventory"},
      {"gcp", "security", "audit_logs"}, {"aws", "cost", "cost_usage"}, {"aws", "cost", "billing"}, {"aws", "compute", "ec2_inventory"},
      {"aws", "security", "cloudtrail_events"}, {"azure", "cost", "cost_export"}, {"azure", "cost", "billing"},
      {"azure", "compute", "vm_inventory"}, {"azure", "security", "activity_logs"}};
  for (const auto& [provider, domain, name] : names) {
    const auto found = catalog.get(provider, domain, name);
    ASSERT_TRUE(found.ok()) << found.status().text();
    PipelineRequest request;
    for (const std::string& builtin : builtin_names()) {
      if (builtin != "run_date" && builtin != "step_id") request.builtins[builtin] = {VariableType::string, "x"};
    }
    request.today = 20000;
    const auto pipeline = build_pipeline(**found, request, kinds);
    EXPECT_TRUE(pipeline.ok()) << name << ": " << pipeline.status().text();
  }
  EXPECT_EQ(catalog.list().size(), std::size(names));
}

TEST(ShippedTemplates, DayOfARunReachesTheProvider) {
  const FakeStepKinds kinds;
  TemplateCatalog catalog({CVG_SOURCE_DIR "/configs"}, kinds);
  PipelineRequest request;
  for (const std::string& builtin : builtin_names()) {
    if (builtin != "run_date" && builtin != "step_id") request.builtins[builtin] = {VariableType::string, "x"};
  }
  request.parameters = Json::parse(R"({"date":"2025-11-15"})");
  const auto pipeline = build_pipeline(**catalog.get("aws", "cost", "cost_usage"), request, kinds);
  ASSERT_TRUE(pipeline.ok()) << pipeline.status().text();
  EXPECT_EQ(pipeline->steps[0].spec["source"]["options"]["billing_period"].text(), "2025-11-15");
  EXPECT_EQ(pipeline->values.at("run_date").text, "2025-11-15");
}

}  // namespace
}  // namespace cvg
