// TableFile: a flat table in the format that the sample was asked for: CSV in gzip, or Parquet. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

enum class CellType { text, real, timestamp, map };

struct TableColumn {
  std::string csv_name, parquet_name;
  CellType type = CellType::text;
};

// A cell's text; absent cells are NULL. A map's text is a JSON object; a timestamp's is RFC 3339 in UTC.
using Cells = std::vector<std::string>;

class TableFile {
 public:
  virtual ~TableFile() = default;
  // An empty text is NULL.
  virtual Status add(const Cells& cells) = 0;
  virtual Result<std::int64_t> close() = 0;  // bytes on disk
};

// The file is created with its folders; rows follow columns' order.
Result<std::unique_ptr<TableFile>> create_csv_gz(const std::string& path, const std::vector<TableColumn>& columns);
Result<std::unique_ptr<TableFile>> create_parquet(const std::string& path, const std::vector<TableColumn>& columns);

}  // namespace cvg
