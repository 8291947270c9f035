// ParquetFile: writes Parquet as the clouds deliver it (https://parquet.apache.org/docs/file-format): format version 1,
// PLAIN values, GZIP pages, nested columns by definition and repetition levels. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.h"
#include "core/base/status.h"

namespace cvg {

enum class Repetition : std::int32_t { required = 0, optional = 1, repeated = 2 };
enum class ParquetType : std::int32_t { group = -1, timestamp_us = 2, real = 5, text = 6 };
enum class ConvertedType : std::int32_t { none = -1, utf8 = 0, map = 1, list = 3, timestamp_us = 10 };

// The schema in depth-first order; a group is followed by its children.
struct ParquetElement {
  std::string name;
  Repetition repetition = Repetition::optional;
  ParquetType type = ParquetType::text;
  int children = 0;
  ConvertedType converted = ConvertedType::none;
};

class ParquetFile {
 public:
  static Result<std::unique_ptr<ParquetFile>> create(const std::string& path, std::vector<ParquetElement> schema);

  // Leaves count from 0 in the schema's order. definition: how many of the optional and repeated parts of the leaf's path
  // are there; the value is written when all of them are. repetition: 0 begins a row, 1 continues its list.
  void put_text(std::size_t leaf, std::string_view value, int definition, int repetition = 0);
  void put_real(std::size_t leaf, double value, int definition, int repetition = 0);
  void put_timestamp(std::size_t leaf, std::int64_t us, int definition, int repetition = 0);
  void put_null(std::size_t leaf, int definition, int repetition = 0);
  int max_definition(std::size_t leaf) const { return leaves_[leaf].definition_max; }
  std::size_t leaf_count() const { return leaves_.size(); }

  Status end_row();  // every leaf has been put
  Result<std::int64_t> close();  // bytes on disk

 private:
  struct Leaf {
    std::vector<std::string> path;
    ParquetType type = ParquetType::text;
    int definition_max = 0, repetition_max = 0;
    std::vector<std::uint8_t> definitions, repetitions;
    std::string values;
  };
  struct Chunk {
    std::int64_t offset = 0, values = 0, raw_bytes = 0, bytes = 0;
  };
  struct RowGroup {
    std::vector<Chunk> chunks;
    std::int64_t rows = 0;
  };
  ParquetFile(Fd file, std::vector<ParquetElement> schema) : file_(std::move(file)), schema_(std::move(schema)) {}
  void find_leaves();
  void level(Leaf& leaf, int definition, int repetition);
  Status flush();
  Status append(std::string_view bytes);
  std::string footer() const;

  Fd file_;
  std::vector<ParquetElement> schema_;
  std::vector<Leaf> leaves_;
  std::vector<RowGroup> groups_;
  std::int64_t offset_ = 0, rows_ = 0;
};

}  // namespace cvg
