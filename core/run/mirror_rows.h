// Rows of the x_meta tables (api.md, section 5) made of the state store's, as Warehouse::mirror takes them.  Any thread.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/model/run.h"
#include "core/model/tenant.h"
#include "core/state/credential_store.h"

namespace cvg {

// One table of a batch: {"table","keys","columns","rows"}, and "is_whole" where rows that are not in it shall go.
class MirrorTable {
 public:
  MirrorTable(std::string table, std::vector<std::string> keys, std::vector<std::string> columns);
  // Texts that a warehouse cannot keep are mended: U+FFFD stands for a NUL and for what is no UTF-8.
  void add(Json row);
  // Its rows are all that the table shall hold.
  void set_whole() { is_whole_ = true; }
  bool empty() const { return rows_.size() == 0; }
  Json json() const;

 private:
  std::string table_;
  std::vector<std::string> keys_, columns_;
  Json rows_ = Json::array();
  bool is_whole_ = false;
};

MirrorTable run_table();
MirrorTable step_table();
MirrorTable dq_table();
MirrorTable usage_table();
Json run_row(const Run& run, std::int64_t bytes);
Json step_row(const Run& run, const StepRun& step);
// Of all results of one step, in their order.
std::vector<Json> dq_rows(const Run& run, const StepRun& step, const std::vector<DqResult>& results);
Json usage_row(const Tenant& tenant, const Usage& usage, std::int64_t now_ms);
// x_meta_profiles, x_meta_subscriptions, x_meta_cloud_credentials and x_meta_api_keys of a tenant: a key's hash, never a
// key; a credential's name and dates, never its bytes.
std::vector<Json> tenant_tables(const Tenant& tenant, const std::vector<ApiKey>& keys, const std::vector<Credential>& credentials,
                                std::int64_t now_ms);

}  // namespace cvg
