// RunService: accepts runs.  Any thread.
#pragma once

#include <functional>
#include <string>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/model/run.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

struct Triggered {
  std::string run_id, pipeline_id;
  RunState state = RunState::pending;
  bool duplicate = false;
  Json parameters;
  Json preview;  // of a dry run: what would be executed; run_id is empty then and nothing was stored
};
using BesideRun = std::function<Status(Connection&, const Triggered&)>;

struct TriggerRequest {
  Tenant tenant;
  std::string provider, domain, template_name;  // as in the path; compared case-insensitively
  Json body;                                    // object or null; trigger_by, date, reload and template variables
  std::string trigger_type = "api";
  std::string user_id, request_id, client_address, actor;
  std::string trace_id = {};  // of the W3C trace that the request belongs to; may be empty
  bool counts_quota = true;
  bool dry_run = false;        // also a member of the body
  std::string retry_of = {};   // trigger_type retry: the run whose finished steps are reused
  std::int64_t as_of_ms = 0;   // the instant that "yesterday" is counted from; 0: now
  // Called within the transaction that accepts the run, to write beside it; what fails here undoes the run.
  BesideRun beside = {};
};

// A request about one run of the caller's tenant.
struct RunOrder {
  Tenant tenant;
  std::string run_id;
  std::string user_id, request_id, client_address, actor;
  std::string trace_id = {};  // of a retry, as above
  BesideRun beside = {};  // of a retry, as above
};

class RunService {
 public:
  virtual ~RunService() = default;
  // Order: template exists (404), body valid (400), sources allowed (400), then the one transaction of RunStore::begin.
  // Durable when it returns ok; the worker pool is woken by the commit.
  virtual Result<Triggered> trigger(const TriggerRequest& request) = 0;
  // A new run that begins at the failed steps of this one and reuses those that had finished.  Code::conflict unless it is
  // FAILED and was not tried again before (only the newest attempt can be); quota and slots as for any run; while a run of the
  // pipeline is live, that one is answered.
  virtual Result<Triggered> retry(const RunOrder& order) = 0;
  // Ends a run FAILED with "Cancelled by ...": at once when no worker has taken it yet, else the wish is durable when it
  // returns ok and the worker stops cooperatively, then by interrupt.  The run as it is then; asking twice is asking once.
  // Code::not_found for unknown and foreign ids, Code::conflict when the run has ended.
  virtual Result<Run> cancel(const RunOrder& order) = 0;
};

}  // namespace cvg
