// What a step reads by what its options say: the table `input`, the tables that its `sql` names after FROM and JOIN, and the
// place of its `source`.  Names, not proofs: whoever uses them looks which of the tables exist.  Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace cvg {

// [{"table":".."},{"uri":".."}] without secrets: a URI loses user, password, query and fragment.  An empty array: nothing known.
Json step_inputs(const Json& spec);
// Lower case, each once, without CTEs; of a qualified name the last part.
std::vector<std::string> tables_in_sql(std::string_view sql);

}  // namespace cvg
