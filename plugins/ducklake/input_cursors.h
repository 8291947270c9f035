// The cursors of what units were derived from: a derived unit's cursor names the cursor of its input's unit as it was when
// the rows were read ("derived_from": {"key", "cursor"}, cursor null when there was none).  Pure but for the engine given.
#pragma once

#include <convergence/plugin.hpp>

#include "engine.h"

namespace ducklake {

// Beside the version in a derived unit's cursor; it belongs to one publication and is not stored.
constexpr const char *derived_from_field = "derived_from";

// Throws CVG_E_CONFLICT when the input of a derived unit was published anew meanwhile: its rows would be those of an earlier
// load.  In the transaction that publishes, so that nobody comes between.
void check_inputs(Engine &engine, const convergence::Json &cursors);

}  // namespace ducklake
