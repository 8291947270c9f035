// Sessions: read-only SQL of tenants, each in a process of its own that is forked from a warm parent, confined by the
// kernel and killed when it does not stop.  Any thread; a call blocks until the answer or the deadline.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <convergence/plugin.h>

#include "core/base/clock.h"
#include "core/base/status.h"

namespace cvg {

struct SessionLimits {
  std::int64_t sessions_max = 8;            // processes at once; more callers wait until their deadline, then 429
  std::int64_t tenant_sessions_max = 4;     // of them for one tenant, so that nobody holds all
  std::int64_t idle_seconds = 60;           // a warm session ends after so long without a query
  std::int64_t memory_mb = 1024;            // what a session may take beyond its parent
  std::int64_t query_timeout_ms = 30000;
  std::int64_t kill_grace_ms = 1000;        // interrupt, then SIGKILL
  std::int64_t sql_bytes_max = 16384;
  std::int64_t result_bytes_max = 32 << 20;
  std::int64_t rows_max = 100000;
};

struct SessionQuery {
  std::string tenant_id, display_id, sql, format = "json";
  std::int64_t max_rows = 1000;
};
struct SessionAnswer {
  std::string body;  // in the format asked for; for json one object with the members columns and rows
  std::int64_t row_count = 0, duration_ms = 0;
  bool truncated = false;
  bool warm = false;  // answered by a session that existed before
};

class Sessions {
 public:
  virtual ~Sessions() = default;
  // Errors: Code::invalid (limits of the request), what the plugin says of the SQL, limit (time, memory),
  // rate_limited (all sessions are busy), unavailable.
  virtual Result<SessionAnswer> query(const SessionQuery& query) = 0;
  // A publication of this tenant was committed: sessions with an older copy of the catalog are not used again.
  virtual void published(const std::string& tenant_id) = 0;
  // The tenant is gone: its sessions end, those that answer now after their answer.
  virtual void forget(const std::string& tenant_id) { published(tenant_id); }
  virtual void stop() = 0;  // ends every process; further queries are refused
};

// parent_command: argv of the single-threaded parent (this binary's hidden subcommand), which is exec'd with a socket as
// descriptor 3 and restarted when it dies.  scratch_dir is emptied at the start; each session has a folder in it.
Result<std::unique_ptr<Sessions>> start_sessions(std::vector<std::string> parent_command, std::string scratch_dir,
                                                 SessionLimits limits, const Clock& clock);

// The main loop of the parent, whose socket is descriptor 3: warms the plugin's extension and forks a session for each
// request.  Returns the process's exit code when the server is gone.
int run_session_parent(const cvg_session& plugin, const std::string& config_json, const SessionLimits& limits);

}  // namespace cvg
