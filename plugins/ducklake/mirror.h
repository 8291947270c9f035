// The mirror: metadata rows of the state store, written into a tenant's metadata tables by key, in one transaction.
#pragma once

#include <set>
#include <string>

#include "engine.h"

namespace ducklake {

// Carries out a batch ({"tables":[{"table","keys","columns","rows"}]}) inside the open transaction of the attached lake.
// CVG_E_CONFIG names an unknown table, column or a row of the wrong width. Answers the number of rows. empty: tables without
// any row, where nothing needs to be looked for.
int64_t mirror(Engine &engine, const std::string &tenant, const Json &batch, const std::set<std::string> &empty = {});

}  // namespace ducklake
