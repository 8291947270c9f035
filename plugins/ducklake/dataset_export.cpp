#include "dataset_export.h"

#include <filesystem>

namespace ducklake {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> tables_of(Engine &engine, const LakeFolder &lake) {
  std::vector<std::string> names;
  for (const Row &row : engine.rows("SELECT table_name FROM duckdb_tables() WHERE database_name = " + literal(lake_alias) +
                                    " AND schema_name = " + literal(lake.tenant) + " ORDER BY table_name"))
    names.push_back(row[0].value_or(""));
  return names;
}

std::string full_name(const LakeFolder &lake, const std::string &table) {
  return quoted(lake_alias) + "." + quoted(lake.tenant) + "." + quoted(table);
}

}  // namespace

Json measure_dataset(Engine &engine, const LakeFolder &lake) {
  Json tables = Json::array();
  for (const std::string &name : tables_of(engine, lake)) {
    const std::vector<Row> count = engine.rows("SELECT count(*) FROM " + full_name(lake, name));
    tables.push(Json::object().set("name", name).set("rows", static_cast<int64_t>(std::stoll(count.at(0).at(0).value_or("0")))));
  }
  int64_t files = 0, bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(lake.root, error), end; !error && it != end; it.increment(error)) {
    std::error_code unreadable;  // a file that was swept meanwhile
    if (!it->is_regular_file(unreadable)) continue;
    const auto size = it->file_size(unreadable);
    if (unreadable) continue;
    ++files;
    bytes += static_cast<int64_t>(size);
  }
  return Json::object().set("tables", tables).set("files", files).set("bytes", bytes);
}

Json export_dataset(Engine &engine, const LakeFolder &lake, const std::string &folder, int64_t bytes_max) {
  Json tables = Json::array();
  int64_t total = 0;
  for (const std::string &name : tables_of(engine, lake)) {
    const std::string file = name + ".parquet", path = folder + "/" + file;
    const int64_t rows = engine.changed("COPY (SELECT * FROM " + full_name(lake, name) + ") TO " + literal(path) +
                                        " (FORMAT parquet, COMPRESSION zstd)");
    const auto bytes = static_cast<int64_t>(fs::file_size(path));
    total += bytes;
    if (total > bytes_max)
      throw Error(CVG_E_LIMIT, "the export has more than " + std::to_string(bytes_max) + " bytes");
    tables.push(Json::object().set("name", name).set("file", file).set("rows", rows).set("bytes", bytes));
  }
  return Json::object().set("tables", tables);
}

}  // namespace ducklake
