// What every tenant's dataset holds from its first day: the tables that mirror the state store's metadata, the views with
// the names that tenants know, and the hidden schema __cvg with version, markers and cursors. Grown by numbered
// migrations only: a released migration is never changed.
#pragma once

#include <string>
#include <vector>

#include "column_type.h"
#include "engine.h"

namespace ducklake {

// The version that this program writes and reads.
int dataset_version();

// Brings the attached lake of a tenant from its version to dataset_version(), inside the open transaction. from is 0 for
// an empty lake.
void migrate(Engine &engine, const std::string &tenant, int from);

// The attached lake's version; 0 for an empty one. A newer one than this program's is CVG_E_CONFIG.
int version_of(Engine &engine);

// The dataset's tables and views that a tenant sees, in the order in which they are made.
std::vector<std::string> dataset_tables();
std::vector<std::string> dataset_views();

// The columns of one of dataset_tables() as they were made, without what others have added; empty for any other name.
std::vector<Column> dataset_columns(const std::string &table);

// True for the tables that only the mirror may write.
bool is_metadata_table(const std::string &name);

}  // namespace ducklake
