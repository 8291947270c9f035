// RunRequest: the body of a trigger as what it means, and the built-in variables of a run.  Plain values; any thread.
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/config/pipeline_builder.h"
#include "core/model/run.h"
#include "core/model/tenant.h"

namespace cvg {

struct RunRequest {
  std::string trigger_by = "api_user";
  bool reload = false, dry_run = false;
  Json variables = Json::object();  // every other member
};

// Code::invalid with {"field","issue"}.
// relative_dates: date may be "yesterday" and the like, which its variable's type will check: schedules say so.
Result<RunRequest> read_run_request(const Json& body, std::int64_t variables_bytes_max, bool relative_dates = false);

// What is stored in the run's row and shown: variables, with what looks like a secret replaced, and reload.
Json parameters_json(const RunRequest& request);
// The way back, for the worker.
RunRequest request_of_parameters(const Json& parameters);

// "{tenant}-{provider}-{domain}-{template}", lower case.
std::string pipeline_id_of(const std::string& tenant_id, const std::string& provider, const std::string& domain, const std::string& name);

// What build_pipeline needs; `today` is the day the run was accepted, so that "yesterday" means the same after midnight.
PipelineRequest pipeline_request(const Run& run, const Tenant& tenant, const RunRequest& request);

}  // namespace cvg
