// OutboxLag: since when the oldest entry of a kind waits in the outbox, and how far one came that is told in parts.  Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/state/database.h"

namespace cvg {

// Epoch milliseconds of the oldest entry; 0: none waits.
Result<std::int64_t> oldest_outbox_ms(Database& database, const std::string& kind);
// Keeps with an entry how much of it was told; OutboxEntry::body_json shows it.  An entry that is gone is no error.
Status note_outbox(Database& database, std::int64_t id, const std::string& body_json);

}  // namespace cvg
