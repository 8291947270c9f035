// A tenant's dataset as a whole: how big it is, and its tables as Parquet files for somebody to take away.
#pragma once

#include <string>

#include "engine.h"
#include "lake_folder.h"

namespace ducklake {

// {"tables":[{"name","rows"}],"files":n,"bytes":n}: rows as of the engine's transaction, files as they lie on disk.
Json measure_dataset(Engine &engine, const LakeFolder &lake);

// Writes {folder}/{table}.parquet for every table of the tenant's schema, as of the engine's transaction:
// {"tables":[{"name","file","rows","bytes"}]}. CVG_E_LIMIT when the files together have more than bytes_max bytes.
Json export_dataset(Engine &engine, const LakeFolder &lake, const std::string &folder, int64_t bytes_max);

}  // namespace ducklake
