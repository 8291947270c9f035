// StepServices: the host services of one attempt of one step: queries and rows of the tenant's dataset, providers, units, log.
// One attempt; log and progress from any thread, the rest on the step's.
#pragma once

#include <string>

#include "core/plugin/call.h"
#include "core/run/extract_sink.h"
#include "core/run/run_context.h"
#include "core/run/step_progress.h"

namespace cvg {

class StepServices final : public CallServices {
 public:
  // All outlive the services.  publication: the step's own, or the run's gate.
  StepServices(RunContext& run, const StepSpec& step, std::int32_t attempt, std::int64_t deadline_ms, StageArea& stage, Publication& publication)
      : run_(run), step_(step), attempt_(attempt), deadline_ms_(deadline_ms), stage_(stage), publication_(publication) {}

  void log(int level, std::string_view message, const Json& fields) override;
  void progress(double fraction, std::uint64_t rows, std::uint64_t bytes) override;
  Result<Json> run_provider(cvg_call* call, const std::string& provider, const cvg_extract_req& request, const Json& destination) override;
  Result<Json> run_units(const std::string& table) override;
  Status query(cvg_call* call, const cvg_sql& sql, ArrowArrayStream* out) override;
  Result<std::int64_t> ingest(cvg_call* call, const cvg_ingest& request) override;

  // What this attempt is responsible for.
  const TableUnits& units() const { return units_; }

 private:
  Result<std::int64_t> derive(cvg_call* call, const cvg_ingest& request);

  RunContext& run_;
  const StepSpec& step_;
  const std::int32_t attempt_;
  const std::int64_t deadline_ms_;
  StageArea& stage_;
  Publication& publication_;
  TableUnits units_;
  StepProgress progress_;
};

CallInfo call_info_of(const RunContext& run, const StepSpec& step, std::int32_t attempt);
// x_tenant_id, x_pipeline_id, x_run_id, x_run_date and x_ingested_at as constants_json of cvg_ingest.
std::string lineage_json(const RunContext& run, std::int64_t now_ms);

}  // namespace cvg
