#include "settings.h"

namespace ducklake {

namespace {

Json text_property(const char *about) { return Json::object().set("type", "string").set("description", about); }

Json number_property(const char *about, int64_t low, int64_t otherwise) {
  return Json::object().set("type", "integer").set("minimum", low).set("default", otherwise).set("description", about);
}

}  // namespace

Settings Settings::from(const Json &config) {
  Settings s;
  s.lakes_dir = config["lakes_dir"].text();
  s.engine.extensions_dir = config["extensions_dir"].text();
  if (s.lakes_dir.empty() || s.engine.extensions_dir.empty())
    throw Error(CVG_E_CONFIG, "the warehouse ducklake needs lakes_dir and extensions_dir");
  while (s.lakes_dir.size() > 1 && s.lakes_dir.back() == '/') s.lakes_dir.pop_back();
  s.engine.temp_dir = config["temp_dir"].text_or(s.lakes_dir + "/.spill");
  s.engine.threads = static_cast<int>(config["threads_per_engine"].integer(s.engine.threads));
  s.engine.memory_limit_mb = config["memory_limit_mb"].integer(s.engine.memory_limit_mb);
  s.engine.temp_limit_mb = config["temp_limit_mb"].integer(s.engine.temp_limit_mb);
  s.pool_engines_max = config["pool_engines_max"].integer(s.pool_engines_max);
  s.pool_wait_ms_max = config["pool_wait_ms_max"].integer(s.pool_wait_ms_max);
  s.commit_attempts_max = config["commit_attempts_max"].integer(s.commit_attempts_max);
  s.row_group_rows = config["row_group_rows"].integer(s.row_group_rows);
  s.stream_file_rows_max = config["stream_file_rows_max"].integer(s.stream_file_rows_max);
  s.copy_files_max = config["copy_files_max"].integer(s.copy_files_max);
  s.inlined_rows_max = config["inlined_rows_max"].integer(s.inlined_rows_max);
  s.compression = config["compression"].text_or(s.compression);
  s.compression_level = config["compression_level"].integer(s.compression_level);
  return s;
}

Json Settings::schema() {
  const Settings s;
  Json properties = Json::object();
  properties.set("lakes_dir", text_property("Folder of the lakes, one folder a tenant"));
  properties.set("extensions_dir", text_property("Folder of the engine's extensions and extensions.sha256"));
  properties.set("temp_dir", text_property("Where the engine spills; default: a folder beside the lakes"));
  properties.set("threads_per_engine", number_property("Threads of one engine instance", 1, s.engine.threads));
  properties.set("memory_limit_mb", number_property("Memory of one engine instance", 64, s.engine.memory_limit_mb));
  properties.set("temp_limit_mb", number_property("Spill space of one instance; 0 forbids it", 0, s.engine.temp_limit_mb));
  properties.set("pool_engines_max", number_property("Engine instances open at once", 1, s.pool_engines_max));
  properties.set("pool_wait_ms_max", number_property("Longest wait for a free instance", 0, s.pool_wait_ms_max));
  properties.set("commit_attempts_max", number_property("Replays of a publication that lost a race", 1, s.commit_attempts_max));
  properties.set("row_group_rows", number_property("Rows of a Parquet row group", 2048, s.row_group_rows));
  properties.set("stream_file_rows_max", number_property("Rows of a stream in one file", 2048, s.stream_file_rows_max));
  properties.set("copy_files_max", number_property("Delivered files read by one statement", 1, s.copy_files_max));
  properties.set("inlined_rows_max", number_property("Metadata rows of a batch kept in the catalog", 0, s.inlined_rows_max));
  properties.set("compression_level", number_property("Level of zstd, 1 to 22", 1, s.compression_level));
  properties.set("compression", Json::object()
                                    .set("enum", Json::array().push("zstd").push("snappy").push("lz4_raw"))
                                    .set("default", s.compression)
                                    .set("description", "Codec of the staged Parquet files"));
  return Json::object()
      .set("type", "object")
      .set("additionalProperties", false)
      .set("required", Json::array().push("lakes_dir").push("extensions_dir"))
      .set("properties", properties);
}

}  // namespace ducklake
