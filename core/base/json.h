// The one JSON type of core and host: the SDK's document tree, so that a value crosses the plugin boundary as the same
// text.  Numerals keep their own text; nothing passes through double.
#pragma once

#include <convergence/json.hpp>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

using convergence::Json;

// Code::invalid with {"offset"} in the detail when the text is no JSON.
Result<Json> parse_json(std::string_view text);

}  // namespace cvg
