// SqlGuard: what the SQL of a template may be: one SELECT, WITH, FROM or VALUES that reads, and no function that reaches
// outside the tenant's dataset.  Looks at tokens alone, before values are placed.  Any thread.
#pragma once

#include <string_view>

#include "core/base/status.h"

namespace cvg {

// A whole statement; a semicolon may end it.  Code::config with "line N: ...".
Status check_select(std::string_view sql);

// An expression that stands after WHERE.
Status check_condition(std::string_view sql);

// Code::config when the SQL gives a column the name of one that the engine writes itself into each row (AS x_run_id): it
// would be written over.
Status check_no_engine_column(std::string_view sql);

}  // namespace cvg
