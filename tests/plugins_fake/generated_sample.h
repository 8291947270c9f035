// The sample that `convergence sample` generates, as objects of a FakeHost, with its control totals.
#pragma once

#include <string>

#include "fake_host.h"

namespace cvg_test {

// Adds what the generator writes for a cloud ("aws", "gcp", "azure") in a format ("csv", "parquet") and answers its totals:
// [{"cloud","period","currency","rows","cost"}] of that cloud.
convergence::Json add_generated_sample(FakeHost& host, const std::string& cloud, const std::string& format);

// Expects rows and sums of the host's rows to be those of the totals, by currency.
void expect_totals(const FakeHost& host, const convergence::Json& totals, const std::string& cost_column,
                   const std::string& currency_column);

}  // namespace cvg_test
