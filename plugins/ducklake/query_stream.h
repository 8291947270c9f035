// The rows of a query as an Arrow stream, computed while they are pulled. A small result is read whole at once and gives
// its engine back; a large one keeps its engine until the stream is released.
#pragma once

#include <cstdint>
#include <string>

#include "engine_pool.h"

namespace ducklake {

// Starts `sql` on the loan and makes the stream. max_rows 0 is no cap. watch watches the loan's
// engine until this function has returned or the engine was given back; the stream does not use the call any more.
void open_stream(EnginePool::Loan loan, Watcher::Scope &watch, const std::string &sql, uint64_t max_rows,
                 ArrowArrayStream *out);

}  // namespace ducklake
