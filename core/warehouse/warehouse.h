// Warehouse: the port behind which a tenant's data is kept; the plugin's instance in the server, a small real one in
// memory in tests.  Any thread; the tenant comes from the call.  The meaning of each function stands at cvg_warehouse in
// <convergence/plugin.h>.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <convergence/plugin.h>
#include <convergence/upkeep.h>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

class Warehouse {
 public:
  virtual ~Warehouse() = default;
  virtual Status query(cvg_call* call, const cvg_sql& sql, ArrowArrayStream* out) = 0;
  virtual Result<cvg_handle> begin(cvg_call* call, std::string_view marker) = 0;
  virtual Result<std::int64_t> ingest(cvg_call* call, const cvg_ingest& request) = 0;
  virtual Result<Json> end(cvg_call* call, cvg_handle txn, bool commit, const Json& cursors) = 0;
  virtual Result<Json> published(cvg_call* call, std::string_view marker) = 0;  // Code::not_found: it was not
  virtual Result<Json> cursor(cvg_call* call, std::string_view key) = 0;        // Code::not_found: there is none
  virtual Result<Json> create_dataset(cvg_call* call, bool recreate) = 0;
  virtual Status drop_dataset(cvg_call* call) = 0;
  virtual Result<Json> describe_dataset(cvg_call* call) = 0;
  virtual Status mirror(cvg_call* call, const Json& batch) = 0;
  virtual Status discard(cvg_call* call, cvg_handle txn) = 0;  // what the call's step staged; Code::unsupported: it cannot
  // cvg_upkeep of <convergence/upkeep.h>; Code::unsupported where the warehouse offers none.
  virtual Result<Json> upkeep(cvg_call* call, const Json& options) = 0;
  virtual Result<Json> measure_dataset(cvg_call* call) = 0;
  virtual Result<Json> export_dataset(cvg_call* call, const std::string& folder, std::int64_t bytes_max) = 0;
};

// The warehouse of a plugin: table, upkeep (null: it offers none) and instance are the loaded component's and outlive it.
std::unique_ptr<Warehouse> make_plugin_warehouse(const cvg_warehouse& table, const cvg_upkeep* upkeep, cvg_instance* instance,
                                                 std::string name);

}  // namespace cvg
