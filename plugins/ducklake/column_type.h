// Types of columns as the engine writes them ("DECIMAL(38,24)", "STRUCT(a BIGINT)[]"): what a lake can store, and how a
// table's type and a delivery's type become one. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ducklake {

struct Column {
  std::string name;
  std::string type;
  bool operator==(const Column &) const = default;
};

struct ColumnField;

// A type as a tree: DECIMAL has its parameters in `parameters`, STRUCT its fields in `fields`, LIST and MAP their
// children in `fields` with empty names.
struct ColumnType {
  std::string base;        // upper case: "BIGINT", "DECIMAL", "STRUCT", "LIST", "MAP"
  std::string parameters;  // "38,24"
  std::vector<ColumnField> fields;

  static ColumnType parse(const std::string &text);
  std::string text() const;
};

// A field's name and type; a std::pair of an incomplete type is one that clang does not take.
struct ColumnField {
  ColumnField(std::string name, ColumnType type) : first(std::move(name)), second(std::move(type)) {}

  std::string first;
  ColumnType second;
};

// The nearest type that a lake stores and a Parquet file keeps: HUGEINT becomes DECIMAL(38,0), an enumeration text.
ColumnType storable(const ColumnType &type);

// The type that holds the values of both without loss and to which a lake can widen the table's column; nullopt when
// there is none. The result is one of the two, or a structure grown by the fields of both.
std::optional<ColumnType> unified(const ColumnType &table, const ColumnType &incoming);

}  // namespace ducklake
