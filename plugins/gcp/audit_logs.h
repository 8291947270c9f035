// Dataset audit_logs: Cloud Audit Logs as a log sink stores them (LogEntry per line) or as entries.list answers them.
#pragma once

#include <convergence/delivery.hpp>
#include <convergence/plugin.hpp>

namespace gcp {

void extract_audit_logs(convergence::Call &call, const cvg_extract_req &req, const convergence::Options &options,
                        convergence::Sink &sink);

}  // namespace gcp
