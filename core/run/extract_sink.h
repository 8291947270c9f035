// ExtractSink: where a provider's extract puts its rows: decides per unit whether it must be read, binds the rows to the
// step's destination, and remembers in the publication how far each unit has come.  One extract, one thread.
#pragma once

#include <string>
#include <vector>

#include "core/plugin/call.h"
#include "core/run/run_context.h"
#include "core/run/step_progress.h"

namespace cvg {

// A step's destination as {"table","write_mode","keys","partition","schema"}.
struct Destination {
  static Result<Destination> read(const Json& json);
  std::string table, schema_policy = "evolve";
  std::string keys_json, partition_json;
  std::uint32_t mode = 0;  // CVG_APPEND ..
};

class ExtractSink final : public CallServices {
 public:
  // outer serves what a provider shares with its step (log, progress).  progress is told of statements; may be null.
  ExtractSink(RunContext& run, std::string step_id, CallServices& outer, Publication& publication, Destination destination, bool reload,
              StepProgress* progress = nullptr);

  void log(int level, std::string_view message, const Json& fields) override { outer_.log(level, message, fields); }
  void progress(double fraction, std::uint64_t rows, std::uint64_t bytes) override { outer_.progress(fraction, rows, bytes); }
  Result<std::int32_t> sink_unit(cvg_call* call, cvg_sink* sink, const cvg_unit& unit) override;
  Result<std::int64_t> sink_put(cvg_call* call, cvg_sink* sink, const cvg_ingest& request) override;
  void sink_warn(cvg_sink* sink, std::string_view message) override;

  // The extract came to a good end: closes the last unit.
  Status close(cvg_call* call);
  // {"rows","bytes","files","unchanged","units":[...],"warnings":[...]}
  Json result() const;
  const TableUnits& units() const { return units_; }
  cvg_sink* raw() { return reinterpret_cast<cvg_sink*>(this); }

 private:
  struct OpenUnit {
    RunUnit name;
    Json cursor;
    std::int64_t rows = 0, puts = 0;
  };
  Status close_unit(cvg_call* call);
  Result<std::int64_t> put(cvg_call* call, cvg_ingest request);

  RunContext& run_;
  const std::string step_id_;
  CallServices& outer_;
  Publication& publication_;
  const Destination destination_;
  const bool reload_;
  StepProgress* const progress_;
  const std::string lineage_;
  std::optional<OpenUnit> open_;
  TableUnits units_;
  Json decisions_ = Json::array(), warnings_ = Json::array();
  std::int64_t rows_ = 0, bytes_ = 0, files_ = 0, loaded_ = 0;
};

// Whether stored and given are of one kind ("delivered:...") and stored sorts behind given.
bool is_newer_version(std::string_view stored, std::string_view given);

}  // namespace cvg
