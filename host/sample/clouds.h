// The writers of the three clouds' exports; each answers the folder's control totals into totals.
#pragma once

#include "core/base/status.h"
#include "host/sample/sample.h"
#include "host/sample/totals.h"

namespace cvg {

Status write_aws_cost(const SampleOptions& options, Totals& totals);
Status write_gcp_billing(const SampleOptions& options, Totals& totals);
Status write_azure_cost(const SampleOptions& options, Totals& totals);
// VM inventories and audit logs as JSON of the clouds' list APIs, for every day of the last seven of the sample.
Status write_inventories(const SampleOptions& options);
Status write_audit_logs(const SampleOptions& options);

// Writes a file with its folders.
Status write_sample_file(const std::string& path, std::string_view content);

}  // namespace cvg
