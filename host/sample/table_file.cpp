#include "host/sample/table_file.h"

#include <cstdlib>

#include "core/base/files.h"
#include "core/base/gzip_writer.h"
#include "core/base/time_text.h"
#include "host/sample/parquet_file.h"

namespace cvg {
namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

void append_csv(std::string& line, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    line.append(text);
    return;
  }
  line += '"';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

class CsvGzFile final : public TableFile {
 public:
  explicit CsvGzFile(std::unique_ptr<GzipWriter> out) : out_(std::move(out)) {}
  Status add(const Cells& cells) override {
    line_.clear();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i) line_ += ',';
      append_csv(line_, cells[i]);
    }
    line_ += '\n';
    return out_->write(line_);
  }
  Result<std::int64_t> close() override { return out_->close(); }

 private:
  std::unique_ptr<GzipWriter> out_;
  std::string line_;
};

class ParquetTable final : public TableFile {
 public:
  ParquetTable(std::unique_ptr<ParquetFile> out, std::vector<TableColumn> columns) : out_(std::move(out)), columns_(std::move(columns)) {}

  Status add(const Cells& cells) override {
    std::size_t leaf = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      switch (columns_[i].type) {
        case CellType::text: out_->put_text(leaf++, cells[i], cells[i].empty() ? 0 : 1); break;
        case CellType::real: out_->put_real(leaf++, std::strtod(cells[i].c_str(), nullptr), cells[i].empty() ? 0 : 1); break;
        case CellType::timestamp: out_->put_timestamp(leaf++, parse_time(cells[i]).value_or(0) * 1000, cells[i].empty() ? 0 : 1); break;
        case CellType::map:
          CVG_RETURN_IF_ERROR(add_map(leaf, cells[i]));
          leaf += 2;
          break;
      }
    }
    return out_->end_row();
  }
  Result<std::int64_t> close() override { return out_->close(); }

 private:
  // optional group (MAP) { repeated group key_value { required key; optional value } }
  Status add_map(std::size_t key_leaf, const std::string& json) {
    if (json.empty() || json == "{}") {
      out_->put_null(key_leaf, json.empty() ? 0 : 1);
      out_->put_null(key_leaf + 1, json.empty() ? 0 : 1);
      return {};
    }
    CVG_ASSIGN(const Json map, parse_json(json));
    int repetition = 0;
    for (const Json::Member& member : map.members()) {
      out_->put_text(key_leaf, member.first, 2, repetition);
      out_->put_text(key_leaf + 1, member.second.text(), 3, repetition);
      repetition = 1;
    }
    return {};
  }
  std::unique_ptr<ParquetFile> out_;
  std::vector<TableColumn> columns_;
};

void add_element(std::vector<ParquetElement>& schema, const TableColumn& column) {
  const std::string& name = column.parquet_name;
  switch (column.type) {
    case CellType::text: schema.push_back({name, Repetition::optional, ParquetType::text, 0, ConvertedType::utf8}); break;
    case CellType::real: schema.push_back({name, Repetition::optional, ParquetType::real, 0, ConvertedType::none}); break;
    case CellType::timestamp: schema.push_back({name, Repetition::optional, ParquetType::timestamp_us, 0, ConvertedType::timestamp_us}); break;
    case CellType::map:
      schema.push_back({name, Repetition::optional, ParquetType::group, 1, ConvertedType::map});
      schema.push_back({"key_value", Repetition::repeated, ParquetType::group, 2, ConvertedType::none});
      schema.push_back({"key", Repetition::required, ParquetType::text, 0, ConvertedType::utf8});
      schema.push_back({"value", Repetition::optional, ParquetType::text, 0, ConvertedType::utf8});
      break;
  }
}

}  // namespace

Result<std::unique_ptr<TableFile>> create_csv_gz(const std::string& path, const std::vector<TableColumn>& columns) {
  CVG_RETURN_IF_ERROR(make_folders(folder_of(path)));
  CVG_ASSIGN(std::unique_ptr<GzipWriter> out, GzipWriter::create(path));
  auto file = std::make_unique<CsvGzFile>(std::move(out));
  Cells names;
  for (const TableColumn& column : columns) names.push_back(column.csv_name);
  CVG_RETURN_IF_ERROR(file->add(names));
  return std::unique_ptr<TableFile>(std::move(file));
}

Result<std::unique_ptr<TableFile>> create_parquet(const std::string& path, const std::vector<TableColumn>& columns) {
  CVG_RETURN_IF_ERROR(make_folders(folder_of(path)));
  std::vector<ParquetElement> schema;
  for (const TableColumn& column : columns) add_element(schema, column);
  CVG_ASSIGN(std::unique_ptr<ParquetFile> out, ParquetFile::create(path, std::move(schema)));
  return std::unique_ptr<TableFile>(std::make_unique<ParquetTable>(std::move(out), columns));
}

}  // namespace cvg
