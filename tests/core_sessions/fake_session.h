// A session plugin in a few lines: its "SQL" is a command. The test program is its own session parent (main.cpp).
#pragma once

#include <convergence/plugin.h>

namespace cvg {

// "echo TEXT", "pid", "copy" (a number that grows with every open), "sleep" (until interrupted), "stuck" (for ever),
// "eat MB", "crash", anything else: an error of the SQL.
const cvg_session& fake_session();

}  // namespace cvg
