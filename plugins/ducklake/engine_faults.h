// How the engine's errors become the host's codes and sentences. Pure functions.
#pragma once

#include <duckdb.h>

#include <convergence/plugin.h>
#include <string>

namespace ducklake {

// The code for an engine error: the disk and locks are UNAVAILABLE or CONFLICT (retryable), values are DATA, names and
// syntax are CONFIG.
cvg_status engine_status(duckdb_error_type type, const std::string &message);

// The first paragraph of the engine's text, without the engine's advice, file paths and the names of inner schemas: what a
// tenant may read.
std::string engine_message(const std::string &message);

// The error type by the prefix of the text ("Binder Error: ..."), where the API gives only a text.
duckdb_error_type error_type_of(const std::string &message);

// True when the text says that somebody else wrote to the catalog meanwhile, so that the same work may succeed later.
bool lost_race(const std::string &message);

// Replaces absolute paths by the last part of the path.
std::string without_paths(const std::string &text);

}  // namespace ducklake
