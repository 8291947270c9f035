// The sample: deterministic exports of three clouds in their delivery layouts, made from a seed. It is the demo's and the
// benches' input. Below the folder:
//   aws/cost        csv: legacy CUR (two payers, one in EUR; a period with a corrected delivery); parquet: CUR 2.0 Data Exports
//   aws/inventory   DescribeInstances pages          aws/cloudtrail   CloudTrail log files
//   gcp/billing     the detailed billing export as files exported from BigQuery (csv: JSON lines; parquet: nested Parquet)
//   gcp/inventory   instances.aggregatedList pages   gcp/audit        Cloud Logging entries
//   azure/cost      actual cost exports with manifest.json (two billing accounts, USD and CAD)
//   azure/inventory virtualMachines list pages       azure/activity   activity log events
//   summary.json    the control totals: rows and sums by cloud, period and currency
#pragma once

#include <cstdint>
#include <string>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

struct SampleOptions {
  std::string folder;
  std::uint64_t seed = 42;
  std::string start = "2025-10-01";  // the first usage day, UTC
  std::int64_t days = 61;
  std::int64_t rows = 9150;          // cost rows of each cloud, about
  std::string format = "csv";        // csv (CSV.gz, for GCP JSON lines) or parquet
  bool correction = true;            // deliver the first period a second time, corrected
};

// Writes the sample and answers summary.json's content. Code::invalid names the option that is wrong.
Result<Json> write_sample(const SampleOptions& options);

// The sample that `sample://` means when no other folder is configured: made with the default options unless folder exists;
// it appears whole or not at all.
Status make_bundled_sample(const std::string& folder);

}  // namespace cvg
