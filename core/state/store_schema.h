// What the state store is made of right now.  Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/state/database.h"

namespace cvg {

struct StoreSchema {
  std::int64_t version = 0;  // the newest migration that was applied
  std::vector<std::string> tables;
};
Result<StoreSchema> read_store_schema(Database& database);

}  // namespace cvg
