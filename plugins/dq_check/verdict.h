// From measures to results.
#pragma once

#include <string>
#include <vector>

#include "compile.h"
#include "suite.h"

namespace dq {

struct Verdict {
  bool success = false;
  std::string error;  // why the check could not be measured; it fails then
  convergence::Json observed;
  bool counted = false;  // the four counts below are known
  int64_t element = 0, missing = 0, unexpected = 0;
  double unexpected_percent = 0;  // of the values that count
  convergence::Json sample = convergence::Json::array();
  int64_t duration_ms = 0;
};

// row: the statement's only row.
Verdict judge(const Check &check, const Measured &measured, const std::vector<convergence::Json> &row);

// Fills success and percent from the counts: expected / (values that count) >= mostly, true where no value counts.
void judge_counts(const Check &check, int64_t counting, Verdict &verdict);

convergence::Json result_of(const Check &check, const Verdict &verdict);

struct Summary {
  int64_t passed = 0, failed = 0, critical = 0, critical_failed = 0, warning_failed = 0;
  std::string failures;  // "name(column), ..." of the critical ones
  const char *status() const { return critical_failed > 0 ? "FAIL" : warning_failed > 0 ? "WARNING" : "PASS"; }
};
void add(Summary &summary, const Check &check, const Verdict &verdict);

}  // namespace dq
