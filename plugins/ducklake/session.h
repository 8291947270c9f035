// Session: the extension cvg.session/1 of this plugin: a tenant's read-only SQL in a process of its own. warm() runs in
// the single-threaded parent, open() and query() in a forked child, interrupt() in that child's second thread.
#pragma once

#include <convergence/plugin.h>

namespace ducklake {

// The table that get_ext("cvg.session/1") answers.
const cvg_session *session_extension();

}  // namespace ducklake
