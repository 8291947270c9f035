#include "extensions.h"

#include <duckdb.h>

#include <convergence/plugin.hpp>
#include <fstream>
#include <map>
#include <mutex>
#include <set>

#include "engine.h"

namespace ducklake {

namespace {

constexpr const char *extension_names[] = {"ducklake", "sqlite_scanner"};

std::map<std::string, std::string> read_pins(const std::string &dir) {
  std::ifstream file(dir + "/extensions.sha256");
  if (!file) throw Error(CVG_E_CONFIG, "extensions_dir has no file extensions.sha256: run scripts/deps");
  std::map<std::string, std::string> pins;
  std::string digest, name;
  while (file >> digest >> name) pins[name] = digest;
  return pins;
}

// The digest by the engine itself: the plugin links no other library that could compute one.
std::string digest_of(const std::string &path) {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  Result result;
  std::string digest;
  if (duckdb_open(nullptr, &database) == DuckDBSuccess && duckdb_connect(database, &connection) == DuckDBSuccess &&
      duckdb_query(connection, ("SELECT sha256(content) FROM read_blob(" + literal(path) + ")").c_str(), result.raw()) ==
          DuckDBSuccess) {
    Chunk chunk(duckdb_fetch_chunk(*result.raw()));
    if (chunk && chunk.size() == 1) {
      auto *text = static_cast<duckdb_string_t *>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.raw(), 0)));
      digest.assign(duckdb_string_t_data(text), duckdb_string_t_length(*text));
    }
  }
  result = Result();
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return digest;
}

}  // namespace

std::vector<std::string> checked_extensions(const std::string &dir) {
  static std::mutex mutex;
  static std::set<std::string> checked;
  const std::lock_guard<std::mutex> lock(mutex);
  std::vector<std::string> paths;
  for (const char *name : extension_names) paths.push_back(dir + "/" + name + ".duckdb_extension");
  if (checked.count(dir)) return paths;
  const std::map<std::string, std::string> pins = read_pins(dir);
  for (size_t i = 0; i < paths.size(); ++i) {
    const std::string file = std::string(extension_names[i]) + ".duckdb_extension";
    const auto pin = pins.find(file);
    if (pin == pins.end()) throw Error(CVG_E_CONFIG, "extensions.sha256 does not name " + file);
    const std::string digest = digest_of(paths[i]);
    if (digest.empty()) throw Error(CVG_E_CONFIG, "the engine's extension " + file + " is missing: run scripts/deps");
    if (digest != pin->second)
      throw Error(CVG_E_CONFIG, "the engine's extension " + file + " is not the pinned one (SHA-256 " + digest + ")");
  }
  checked.insert(dir);
  return paths;
}

}  // namespace ducklake
