// How runs, steps, results and usage look in replies: each field is told once.  Values; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/json.h"
#include "core/model/run.h"
#include "core/model/tenant.h"
#include "host/routes/field.h"

namespace cvg {

// A run as the tenant sees it; display_id is the tenant's id as it was onboarded.
Json run_json(const Run& run, const std::string& display_id);
Json step_json(const StepRun& step);
Json log_line_json(const RunLogLine& line);
std::vector<FieldDoc> log_line_field_docs();
Json dq_json(const DqResult& result);
Json quota_json(const Tenant& tenant, const Usage& usage, std::int64_t now_ms);

std::vector<FieldDoc> run_field_docs();
std::vector<FieldDoc> step_field_docs();
std::vector<FieldDoc> dq_field_docs();
std::vector<FieldDoc> quota_field_docs();

}  // namespace cvg
