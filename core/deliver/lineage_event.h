// OpenLineage 2-0-2 RunEvents of pipeline runs: START, COMPLETE, FAIL and ABORT, with facets for parent, nominal time, errors, data
// quality, schema and statistics.  Values; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/model/run.h"
#include "core/model/tenant.h"

namespace cvg {

struct LineageNames {
  std::string job_namespace = "convergence";  // of jobs; the tenant is added
  std::string dataset_namespace = "ducklake";
  std::string producer = "https://convergence.invalid/convergence/1.0.0";
};

enum class LineageType : std::uint8_t { start, complete, fail, abort };

struct LineageSource {
  const Tenant& tenant;
  const Run& run;
  const std::vector<StepRun>& steps;
  const std::vector<DqResult>& checks;
  // Tables of the tenant's dataset: name -> [{"name","type"}]; may be empty.
  const std::map<std::string, Json>& schemas;
};

// The event of the run, and at an end one for each step that ended, whose parent is the run.
std::vector<Json> lineage_events(LineageType type, const LineageSource& source, const LineageNames& names);
// The id of a step's own run: a UUID that is always the same for the same run and step.
std::string step_run_id(const std::string& run_id, const std::string& step_id);

}  // namespace cvg
