// SecretText: secrets that a text shows by their shape, wherever they stand.  Pure functions; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/json.h"

namespace cvg {

// A tenant's API key, "{tenant id}_api_" and 16 letters of base 62, becomes "[redacted]"; so does what follows "Bearer ".
std::string redact_shapes(std::string_view text);

// The document with every text in it, names of members too, as change() gives it back.
Json with_texts(const Json& json, const std::function<std::string(std::string_view)>& change);

}  // namespace cvg
