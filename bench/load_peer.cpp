#include "bench/load_peer.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "bench/load_server.h"
#include "core/base/text.h"

namespace cvg {
namespace {

std::string list_of(const std::vector<std::string>& files) {
  std::string list;
  for (const std::string& file : files) list += (list.empty() ? "'" : ", '") + file + "'";
  return "[" + list + "]";
}

// lineItem/UnblendedCost of a legacy report is line_item_unblended_cost; reservation/ReservationARN ends in a_r_n.
std::string snake(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !out.empty() && out.back() != '_') out += '_';
    out += c == '/' ? '_' : upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

void sync_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || ::fsync(fd) != 0) give_up("the peer's file cannot be synced");
  ::close(fd);
}

}  // namespace

LoadPeer::LoadPeer(std::string format, const std::vector<std::string>& files, const std::string& written) : written_(written) {
  if (duckdb_open(nullptr, &database_) != DuckDBSuccess || duckdb_connect(database_, &connection_) != DuckDBSuccess)
    give_up("the engine does not open");
  exec(fmt::format("SET threads = {}", std::thread::hardware_concurrency()));
  // The server's engines have 1024 MiB; with that the engine fails on its own reading of CSV.gz ("Trying to seek a compressed
  // CSV File").
  exec("SET memory_limit = '4096MiB'");
  exec("SET preserve_insertion_order = false");
  exec("SET TimeZone = 'UTC'");
  const std::string relation = format == "csv" ? "read_csv(" + list_of(files) + ", header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
                                               : "read_parquet(" + list_of(files) + ")";
  source_ = described(relation);
  for (const Source& wanted : described("read_parquet('" + written + "')"))
    select_ += (select_.empty() ? "SELECT " : ", ") + column(wanted.name, wanted.type) + " AS \"" + wanted.name + "\"";
  select_ += " FROM " + relation;
}

LoadPeer::~LoadPeer() {
  duckdb_disconnect(&connection_);
  duckdb_close(&database_);
}

std::string LoadPeer::column(const std::string& name, const std::string& type) {
  for (const Source& source : source_) {
    if (source.name != name && snake(source.name) != name) continue;
    const std::string quoted = "\"" + source.name + "\"";
    if (source.type == type) return quoted;
    // A cost that is a binary fraction means its shortest text.
    if (source.type == "DOUBLE") return fmt::format("CAST(CAST({} AS VARCHAR) AS {})", quoted, type);
    return fmt::format("CAST({} AS {})", quoted, type);
  }
  if (type.rfind("MAP", 0) == 0) return map_of(name);
  if (name.rfind("x_", 0) != 0) return "CAST(NULL AS " + type + ")";
  const auto constant = rows(fmt::format("SELECT CAST(\"{}\" AS VARCHAR) FROM read_parquet('{}') LIMIT 1", name, written_));
  return fmt::format("CAST('{}' AS {})", constant.at(0).at(0), type);
}

std::string LoadPeer::map_of(const std::string& name) const {
  std::string entries;
  for (const Source& source : source_) {
    const std::size_t slash = source.name.find('/');
    if (slash == std::string::npos || snake(source.name.substr(0, slash)) != name) continue;
    entries += fmt::format("{}{{'k': '{}', 'v': \"{}\"}}", entries.empty() ? "" : ", ", source.name.substr(slash + 1), source.name);
  }
  if (entries.empty()) return "CAST(NULL AS MAP(VARCHAR, VARCHAR))";
  return "map_from_entries(list_filter([" + entries + "], lambda e: e.v IS NOT NULL))";
}

std::vector<LoadPeer::Source> LoadPeer::described(const std::string& relation) {
  std::vector<Source> columns;
  for (const auto& row : rows("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM " + relation + ")")) columns.push_back({row[0], row[1]});
  return columns;
}

double LoadPeer::copy(const std::string& path) {
  const double begun = seconds_now();
  exec("COPY (" + select_ + ") TO '" + path + "' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)");
  sync_file(path);
  return seconds_now() - begun;
}

double LoadPeer::insert(const std::string& path) {
  exec("ATTACH '" + path + "' AS file");
  exec("CREATE TABLE file.loaded AS " + select_ + " LIMIT 0");
  const double begun = seconds_now();
  exec("INSERT INTO file.loaded " + select_);
  exec("CHECKPOINT file");
  const double took = seconds_now() - begun;
  exec("DETACH file");
  return took;
}

std::string LoadPeer::checked(const std::string& path) {
  const auto row = rows("SELECT CAST(count(*) AS VARCHAR), CAST(sum(line_item_unblended_cost) AS VARCHAR) FROM read_parquet('" + path + "')").at(0);
  return row[0] + " " + row[1];
}

void LoadPeer::exec(const std::string& sql) { rows(sql); }

std::vector<std::vector<std::string>> LoadPeer::rows(const std::string& sql) {
  duckdb_result result;
  if (duckdb_query(connection_, sql.c_str(), &result) != DuckDBSuccess) give_up(std::string("the peer's statement failed: ") + duckdb_result_error(&result));
  std::vector<std::vector<std::string>> all;
  const idx_t columns = duckdb_column_count(&result);
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
    for (idx_t r = 0; r < duckdb_data_chunk_get_size(chunk); ++r) {
      std::vector<std::string> row(columns);
      for (idx_t c = 0; c < columns; ++c) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, c);
        uint64_t* valid = duckdb_vector_get_validity(vector);
        if (duckdb_column_type(&result, c) != DUCKDB_TYPE_VARCHAR || (valid && !duckdb_validity_row_is_valid(valid, r))) continue;
        auto* text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + r;
        row[c].assign(duckdb_string_t_data(text), duckdb_string_t_length(*text));
      }
      all.push_back(std::move(row));
    }
    duckdb_destroy_data_chunk(&chunk);
  }
  duckdb_destroy_result(&result);
  return all;
}

}  // namespace cvg
