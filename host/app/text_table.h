// A query's answer as a table for people.
#pragma once

#include <string>

#include "core/base/json.h"

namespace cvg {

// answer: {"columns":[{"name"}],"rows":[[...]]}.  Widths count code points.
std::string text_table(const Json& answer);

}  // namespace cvg
