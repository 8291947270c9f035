// The SELECT that turns a source's columns into a table's columns: one expression per target column.
#pragma once

#include <string>
#include <vector>

#include "column_type.h"
#include "engine.h"
#include "ingest_request.h"
#include "text_value.h"

namespace ducklake {

// A column of a source: its name in the delivery, its type, and the SQL that reads it.
struct SourceColumn {
  std::string name, type, sql;
};

// What a text column of the delivery must become for a target of a type; also used to look for the first bad value.
TextFormat format_of(const Target &target, const ColumnType &type, const std::vector<std::string> &null_words);

// The expression that makes a target of type `type` from the source's columns; "NULL" where the source has none.
// Registers the conversion functions that it needs on the engine.
std::string expression(Engine &engine, const Target &target, const std::string &type,
                       const std::vector<SourceColumn> &source, const std::vector<std::string> &null_words);

}  // namespace ducklake
