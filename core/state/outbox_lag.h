// OutboxLag: since when the oldest entry of a kind waits in the outbox; what stays there is behind.  Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/state/database.h"

namespace cvg {

// Epoch milliseconds of the oldest entry; 0: none waits.
Result<std::int64_t> oldest_outbox_ms(Database& database, const std::string& kind);

}  // namespace cvg
