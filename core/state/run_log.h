// RunLog: lines of runs, in tables that are dropped whole: one for each month and retention ("run_log_30d_202605"), so that a
// plan's lines go in one statement, whatever their number.  A run's lines stand together in the table of the month in which
// it was accepted.  Functions for use inside a transaction of the state store.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/model/run.h"
#include "core/state/database.h"

namespace cvg {

// Makes the table when it is not there yet.  A line whose number is taken is left as it is.
Status write_log_lines(Connection& connection, const std::string& run_id, const std::vector<RunLogLine>& lines);
// Up to limit lines behind this number; none when there are none any more.
Result<std::vector<RunLogLine>> read_log_lines(Connection& connection, const std::string& run_id, std::int64_t after, int limit);
std::int64_t last_log_line(Connection& connection, const std::string& run_id);  // 0: none
// The tables that there are; their names go into SQL as they are.
std::vector<std::string> log_tables(Connection& connection);
// Deletes the lines of all runs of a tenant, whose rows must be there still; answers how many there were, by table.
std::vector<std::pair<std::string, std::int64_t>> remove_log_lines(Connection& connection, const std::string& tenant_id);
// Drops the tables whose time is over; how many.
Result<std::int64_t> drop_expired_logs(Connection& connection, std::int64_t now_ms);

}  // namespace cvg
