// A cvg_ingest, decoded: what to read, what it must become, and what it replaces.
#pragma once

#include <convergence/plugin.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ducklake {

using convergence::Call;
using convergence::Error;
using convergence::Json;

// One data column of the target.
struct Target {
  std::string name;
  std::string type;     // as the request writes it
  std::string convert;  // "text", "json_map", "json_list", "json", "date_mdy", "date_dmy", "timestamp", "native"
  bool money = false;   // loss of digits is refused
  bool nullable = true;
  std::string from;     // source column; empty: always NULL
  std::optional<std::string> value;  // the same text in every row, instead of from
  std::vector<std::pair<std::string, std::string>> entries;  // map: (source column, key)
};

struct Constant {
  std::string name, type;
  std::optional<std::string> value;
  std::string column = {};  // not empty: the source's column that holds the value
};

// One delivered file. Columns of a CSV file are named by position.
struct DeliveredFile {
  uint32_t format = 0;
  std::string path;  // where it lies on disk; never in a message
  std::string name;  // the object's key: what messages say
  std::string delimiter = ",", quote = "\"";
  uint64_t header_rows = 1;
  uint64_t width = 0;  // columns of every row
  std::vector<std::string> null_words;
  std::vector<std::string> source_columns;
};

struct IngestRequest {
  uint32_t mode = 0;
  std::string table;
  std::vector<std::string> keys;
  std::vector<std::pair<std::string, std::string>> units;  // CVG_DERIVE_UNITS: source and unit of each
  std::string input;                                       // and the table that the SQL reads under that name
  std::string partition_column;
  std::optional<std::string> partition_value;
  std::vector<Target> targets;  // empty: names and types as they come
  std::string source, unit;
  std::vector<Constant> constants;
  bool freeze = false;
  ArrowArrayStream *stream = nullptr;
  std::vector<DeliveredFile> files;
  std::string sql;

  // Checks and decodes; CVG_E_CONFIG names what is wrong. Resolves staged URIs through the host.
  static IngestRequest from(const Call &call, const cvg_ingest &raw);
};

}  // namespace ducklake
