// The provider on the published sample data, and what it says about itself.
#include <gtest/gtest.h>

#include "fake_host.h"
#include "generated_sample.h"

namespace {

using namespace cvg_test;

struct Sample {
  const char *path, *column, *sum;
  std::size_t rows;
  const char *dataset, *type;
};

class AzureSample : public testing::TestWithParam<Sample> {};

TEST_P(AzureSample, HasThePublishedSumAndRows) {
  const Sample& sample = GetParam();
  FakeHost host(std::string("file:///data/") + sample.path);
  if (!host.add_shared(sample.path)) GTEST_SKIP() << "no sample data: " << sample.path;
  const Outcome outcome = host.extract(sample.dataset, {{"type", sample.type}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.rows().size(), sample.rows);
  EXPECT_EQ(host.rows().sum(sample.column), sample.sum);
}

INSTANTIATE_TEST_SUITE_P(
    Published, AzureSample,
    testing::Values(Sample{"azure/ea-actual-amortized/EA_ActualCost_Small.csv", "cost", "8.5450077867419368", 11, "cost_export", ""},
                    Sample{"azure/ea-actual-amortized/EA_AmortizedCost_Small.csv", "cost", "16.296932136636644627485419", 28, "cost_export", ""},
                    Sample{"azure/ea-actual-amortized/EA_NoRows.csv", "cost", "0", 0, "cost_export", ""},
                    Sample{"azure/ea-actual-amortized", "cost", "8.5450077867419368", 11, "cost_export", ""},
                    Sample{"azure/ea-actual-amortized", "cost", "16.296932136636644627485419", 28, "cost_export", "amortized"},
                    Sample{"azure/ea-v2-anonymised/sample-anonymous-ea-export-dataset.csv", "cost", "1.26136926505726", 27, "cost_export", ""},
                    Sample{"azure/ea-v2-anonymised/azure_version_2.csv", "cost", "19.998413754", 5, "cost_export", ""},
                    Sample{"azure/subscription-v1", "cost", "0.00011016", 3, "cost_export", ""},
                    Sample{"azure/subscription-v1/empty_frame.csv", "cost", "0", 0, "cost_export", ""},
                    Sample{"azure/header-variants/BOM.csv", "cost", "0", 1, "cost_export", ""},
                    Sample{"azure/header-variants/German.csv", "cost", "0.075", 1, "cost_export", ""},
                    Sample{"azure/header-variants/PayAsYouGo.csv", "cost", "0.075", 1, "cost_export", ""},
                    Sample{"azure/header-variants/VirtualMachine.csv", "cost", "4", 1, "cost_export", ""},
                    Sample{"azure/focus-1.0", "BilledCost", "2.13269693816", 34, "focus", ""},
                    Sample{"azure/focus-1.2-synthetic", "BilledCost", "3124.49994903980385", 100, "focus", ""},
                    Sample{"azure/focus-1.2-synthetic", "EffectiveCost", "2246.75827003980385", 100, "focus", ""},
                    Sample{"oracle/focus-1.0", "BilledCost", "0.44507392473", 5, "focus", ""}));

TEST(AzureSample, ManifestWithoutItsBlobIsIncomplete) {
  FakeHost host("file:///data/azure/manifests");
  if (!host.add_shared("azure/manifests")) GTEST_SKIP() << "no sample data";
  const Outcome outcome = host.extract("cost_export");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_NE(outcome.message.find("000001.csv, which is not below the source's root"), std::string::npos) << outcome.message;
}

TEST(AzureProvider, RefusesUnknownDatasetsLayoutsAndTypes) {
  FakeHost host("file:///d");
  EXPECT_EQ(host.extract("cost").message, "provider azure has no dataset 'cost'; it has cost_export, focus, vm_inventory, activity_logs");
  EXPECT_EQ(host.extract("focus", {{"layout", "csv"}}).message,
            "source.options.layout is 'csv'; dataset focus knows auto, manifest, run_folders, loose");
  EXPECT_EQ(host.extract("cost_export", {{"type", "focus"}}).message,
            "source.options.type is 'focus'; dataset cost_export knows auto, actual, amortized, usage and all, FOCUS exports are the "
            "dataset focus");
}

TEST(AzureGenerated, ExportsAgreeWithTheControlTotals) {
  FakeHost host("sample://azure");
  const convergence::Json totals = add_generated_sample(host, "azure", "csv");
  const Outcome outcome = host.extract("cost_export", {{"billing_period", "all"}, {"type", "auto"}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  expect_totals(host, totals, "cost", "billing_currency");
  for (const SeenUnit& unit : host.units()) EXPECT_EQ(unit.layout, "manifest");
}

TEST(AzureGenerated, InventoryAndLogsAreRead) {
  FakeHost host("sample://azure");
  add_generated_sample(host, "azure", "csv");
  EXPECT_EQ(host.extract("vm_inventory").message, "");
  const std::size_t machines = host.rows().size();
  EXPECT_GT(machines, 0u);
  EXPECT_EQ(host.extract("activity_logs").message, "");
  EXPECT_GT(host.rows().size(), machines);
}

}  // namespace
