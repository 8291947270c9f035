// What the state store knows of a tenant, for the tenant to take away: rows as JSON, without any secret, hash or ciphertext.
// Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/state/database.h"

namespace cvg {

// A table's columns that are shown; names that end in _ms are instants, in _json JSON, and is_* are true or false.
struct ShownTable {
  std::string_view name;  // in the export
  std::string_view table;
  std::vector<std::string_view> columns;
  std::string_view order;
};
const std::vector<ShownTable>& shown_tables();

// Calls f with the JSON object of each of the tenant's rows, as of one moment; ends early when f fails.
Status read_shown_rows(Database& database, const ShownTable& table, const std::string& tenant_id,
                       const std::function<Status(const std::string& row)>& f);

}  // namespace cvg
