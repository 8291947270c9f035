// Removal of everything that the state store knows of a tenant, except the audit log and the certificates of erasures.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/state/database.h"

namespace cvg {

// From inside Database::write.  Deletes the tenant's rows from every table that has a tenant_id, whoever made the table,
// and the log lines of its runs; answers how many there were, by table.
std::vector<std::pair<std::string, std::int64_t>> remove_tenant_rows(Connection& connection, const std::string& tenant_id);

}  // namespace cvg
