// The numbered steps from an empty file to today's tables.  Forward only: a step that was released never changes again.
#pragma once

#include <cstdint>

#include "core/state/sqlite_connection.h"

namespace cvg {

std::int64_t newest_migration();
// Applies what is missing up to the step `last`, each in a transaction of its own; refuses a store that a newer program has
// written.
Status migrate(SqliteConnection& connection, std::int64_t last = newest_migration());

}  // namespace cvg
