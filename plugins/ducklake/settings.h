// The configuration of the warehouse component: named limits with their defaults, and the JSON Schema that the host
// checks before create().
#pragma once

#include <cstdint>
#include <string>

#include "engine.h"

namespace ducklake {

struct Settings {
  std::string lakes_dir;
  EngineConfig engine;
  int64_t pool_engines_max = 6;        // instances open at once
  int64_t pool_wait_ms_max = 120000;   // how long a call waits for a free instance
  int64_t pool_functions_max = 400;    // an instance with more conversion functions is closed, not reused
  int64_t commit_attempts_max = 10;    // replays of a publication that lost a race
  int64_t row_group_rows = 122880;
  int64_t stream_file_rows_max = 2000000;  // rows of an Arrow stream in one staged file
  int64_t copy_files_max = 16;         // delivered files read by one statement
  int64_t inlined_rows_max = 1000;     // rows of a metadata batch that stay inside the catalog
  std::string compression = "zstd";
  int64_t compression_level = 1;       // of zstd: a tenth faster than the engine's 3, a sixth larger

  // Reads a configuration that has passed the schema; CVG_E_CONFIG when a folder is missing.
  static Settings from(const Json &config);
  static Json schema();
};

}  // namespace ducklake
