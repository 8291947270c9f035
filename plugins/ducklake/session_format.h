// How a session's result becomes the body of an answer. A user's SELECT is wrapped so that every column arrives as text
// (nested values as JSON text); the formats then only quote.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine.h"

namespace ducklake {

struct ResultColumn {
  std::string name, type;      // as the engine names the type
  duckdb_type id = DUCKDB_TYPE_INVALID;
  int width = 0, scale = 0;  // of a decimal
};

bool is_nested(duckdb_type id);
bool is_timestamp(duckdb_type id);

// A column's name as its author wrote it: the engine writes sum("cost") for sum(cost), so quotes around plain names go.
std::string name_as_written(const std::string &name);

// The columns that a statement would give. Throws what the engine says of a wrong statement.
std::vector<ResultColumn> prepared_columns(Engine &engine, const std::string &sql);

// An error's text about a statement that was wrapped (from the second line on) as one about the statement itself.
std::string in_lines_of_wrapped(const std::string &message);

// SELECT of every column of sql as text; sql begins on the second line.
std::string as_text(const std::string &sql, const std::vector<ResultColumn> &columns);

struct FormatLimits {
  uint64_t max_rows = 1000;
  uint64_t max_bytes = 32u << 20;
};
struct FormattedResult {
  std::string body;
  uint64_t rows = 0;
  bool truncated = false;  // more rows were there than max_rows or max_bytes let through
};

// {"columns":[{"name","type"}],"rows":[[...]]}. Decimals, and integers beyond 2^53, are strings.
FormattedResult as_json(Engine &engine, Result &result, const std::vector<ResultColumn> &columns, const FormatLimits &limits);
// RFC 4180 with a header line; NULL is the empty field, an empty text is "".
FormattedResult as_csv(Engine &engine, Result &result, const std::vector<ResultColumn> &columns, const FormatLimits &limits);

}  // namespace ducklake
