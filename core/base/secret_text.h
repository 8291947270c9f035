// SecretText: secrets that a text shows by their shape, wherever they stand.  Pure functions; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/json.h"

namespace cvg {

// A tenant's API key, "{tenant id}_api_" and 16 letters of base 62, becomes "[redacted]"; so does a webhook's secret that the
// server made, "whsec_" and letters of base 62, and what follows "Bearer ".  A key in other letters than it was given out
// in is not known: it opens nothing.
std::string redact_shapes(std::string_view text);
// Whether it would change the text: what is kept as a name or an address must not.
bool shows_secret(std::string_view text);

// The document with every text in it, names of members too, as change() gives it back.
Json with_texts(const Json& json, const std::function<std::string(std::string_view)>& change);

}  // namespace cvg
