// Publication: what one step, or a gated run, publishes: opened in the warehouse at the first row, ended once.  Any thread;
// commit() and drop() only when no ingest is under way.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/base/mutex.h"
#include "core/run/run_units.h"
#include "core/warehouse/warehouse.h"

namespace cvg {

class Publication {
 public:
  // warehouse outlives the publication.
  Publication(Warehouse& warehouse, std::string marker) : warehouse_(warehouse), marker_(std::move(marker)) {}

  // The handle, opened on demand.
  Result<cvg_handle> open(cvg_call* call);
  // The handle if it is open, else 0.
  cvg_handle handle() const;
  // What commit() stores with the rows; the last one of a key wins.
  void set_cursor(const std::string& step_id, const std::string& key, const Json& cursor);
  // What commit() will store under this key, else what is stored; null when there is neither.  Without "derived_from", which
  // the warehouse asks for and does not store: a staged cursor that is unchanged equals the stored one.
  Result<Json> cursor(cvg_call* call, const std::string& key) const;
  // What is stored now, whatever waits for commit(); null when nothing is.
  Result<Json> stored_cursor(cvg_call* call, const std::string& key) const;
  // For rows of this mode: a mode that may take rows of any unit leaves a mark on its table, so that no unit whose rows may be
  // gone is taken for unchanged.
  void mark_rewritten(const std::string& step_id, const std::string& table, std::uint32_t mode, const std::string& run_id);
  // The run that wrote the table last in such a mode; empty when none did.
  Result<std::string> rewritten_by(cvg_call* call, const std::string& table) const;
  // What a step told, stored with the rows so that a run whose worker dies right after the commit still knows it: rows, bytes
  // and table first, then whatever else fits into 64 KiB.
  void set_outputs(const std::string& step_id, const Json& outputs);
  // Publishes when anything was opened.  Returns whether it did.
  Result<bool> commit(cvg_call* call);
  // Drops what one step of a gated run staged, its cursors and outputs.  call: the step's.  Nothing is published after an error.
  Status discard(cvg_call* call, const std::string& step_id);
  // Drops what was staged; errors are only worth a log line.
  Status drop(cvg_call* call);
  const std::string& marker() const { return marker_; }

 private:
  struct StepCursor {
    std::string step_id, key;
    Json cursor;
  };
  Warehouse& warehouse_;
  const std::string marker_;
  mutable Mutex mutex_;
  cvg_handle handle_ CVG_GUARDED_BY(mutex_) = 0;
  std::vector<StepCursor> cursors_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, Json> outputs_ CVG_GUARDED_BY(mutex_);  // by step
  Status broken_ CVG_GUARDED_BY(mutex_);  // why it holds what it must not publish
};

// "table|source|unit", each part with | and \ escaped; back with units_of_cursors.
std::string cursor_key(const std::string& table, const RunUnit& unit);
TableUnits units_of_cursors(const Json& cursors);
// The stored outputs of each step; none for markers of before outputs were stored.
std::map<std::string, Json> outputs_of_cursors(const Json& cursors);

}  // namespace cvg
