// The SQL by which many units of one table are derived from those of another one, each from its own rows.  Pure, except for
// units_together(), which asks the engine for numbers of rows.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine.h"
#include "ingest_request.h"

namespace ducklake {

// The columns that over_units() adds behind those of the request's SQL, quoted; no column of a statement is called so.
inline constexpr const char *source_column = "\"__cvg_source\"", *unit_column = "\"__cvg_unit\"";

// The request's SQL over each of its units from first up to last, with the unit beside each row. The rows of several units
// are read once and kept in memory, because each reading of a lake's table costs as much as thousands of rows.
std::string over_units(const IngestRequest &request, size_t first, size_t last);

// The units as ranges for over_units(): small ones together, up to rows_max rows of the input; a larger one by itself.
std::vector<std::pair<size_t, size_t>> units_together(Engine &engine, const IngestRequest &request, int64_t rows_max);

}  // namespace ducklake
