// The names that templates may give to the tables that they write.  Any thread.
#pragma once

#include <string_view>

#include "core/base/status.h"

namespace cvg {

// ^[A-Za-z_][A-Za-z0-9_-]{0,127}$ and none of the tables that the system writes.  Code::invalid with the reason.
Status check_destination_table(std::string_view name);

}  // namespace cvg
