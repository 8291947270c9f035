// The first offending line of a CSV file, looked for only after the engine's parallel reader has refused the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "text_value.h"

namespace ducklake {

// What the texts of one column of the file must become.
struct ColumnCheck {
  size_t index;       // in the file
  std::string field;  // what messages call it
  TextFormat format;
  bool nullable = true;
};

struct CsvFault {
  uint64_t line = 0;  // of the record's beginning, counted from 1, header included
  std::string field;  // empty: the whole row
  std::string value;
  std::string why;
};

struct CsvShape {
  char delimiter = ',', quote = '"';
  uint64_t header_rows = 1, width = 0;
};

struct CsvScan {
  std::optional<CsvFault> fault;  // the first; none when every row is as it should be
  int64_t rows = 0;               // good rows read
};

// Reads the file once, in order, up to the first fault.
CsvScan find_fault(const std::string &path, const CsvShape &shape, const std::vector<ColumnCheck> &checks);

}  // namespace ducklake
