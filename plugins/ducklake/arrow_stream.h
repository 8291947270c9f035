// A session's result as an Arrow IPC stream (https://arrow.apache.org/docs/format/Columnar.html): a schema, a record batch
// a chunk, and the mark of the end. Numbers, decimals, dates, instants, booleans, text and bytes keep their types; nested
// values arrive as JSON text and every other type as the engine's text.
#pragma once

#include <string>
#include <vector>

#include "session_format.h"

namespace ducklake {

// SELECT of every column of sql as a type that the stream has; sql begins on the second line.
std::string as_arrow_types(const std::string &sql, const std::vector<ResultColumn> &columns);

// columns: of as_arrow_types(), with the names that the reader sees. The last batch that does not fit into the limits is
// left out; a first one that does not is CVG_E_LIMIT.
FormattedResult as_arrow(Engine &engine, Result &result, const std::vector<ResultColumn> &columns, const FormatLimits &limits);

}  // namespace ducklake
