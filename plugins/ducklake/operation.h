// What a publication holds before it is published: staged files and what they replace. Values; replayed any number of
// times (lake.md, "Units, stage, publish").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "column_type.h"

namespace ducklake {

struct Operation {
  uint32_t mode = 0;  // CVG_APPEND ..
  std::string table;
  std::string step;         // several operations of one step and attempt replace a unit once, not one another
  int64_t attempt = 0;
  std::vector<Column> columns;  // of the staged files; empty when nothing is known about the table's columns
  std::vector<std::string> paths;
  int64_t rows = 0;
  bool freeze = false;
  std::string source, unit;
  std::vector<std::pair<std::string, std::string>> units;  // not empty: these, in place of source and unit
  std::vector<std::string> keys;
  std::string partition_column;
  std::optional<std::string> partition_value;
};

}  // namespace ducklake
