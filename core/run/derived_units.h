// Units that are derived from units of another table: what they were made of, so that a run which finds the same again
// leaves them as they are.  Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/base/json.h"

namespace cvg {

// True when the SQL reads nothing but the table called input and answers the same for the same rows.  Cautious: false
// whenever tokens alone do not tell.
bool reads_input_alone(std::string_view sql);

// What a unit of a destination is made of: the SQL and the load of the input's unit.  load: that unit's cursor, and who
// wrote the two tables otherwise than by units.
std::string derivation_of(std::string_view sql, std::string_view input_table, const Json& load);

}  // namespace cvg
