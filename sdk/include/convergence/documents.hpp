// documents.hpp: JSON that clouds deliver (list pages, arrays, a document per line), read piece by piece from the stage,
// and rows that a provider writes back to the stage as a strict CSV.  Header-only, C++11.
#ifndef CONVERGENCE_DOCUMENTS_HPP
#define CONVERGENCE_DOCUMENTS_HPP

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "csv.hpp"
#include "tables.hpp"

namespace convergence {

// The largest document (or line) that is held in memory.
static const std::size_t document_bytes_max = std::size_t(128) << 20;

// The place of a document, or of a value in it: the file and the line on which it begins.
struct DocumentPlace {
  std::string file;
  uint64_t line = 1;
  uint64_t text_line = 1;  // where the parsed text begins that the document is a part of
  // The place of a value of this document.
  DocumentPlace of(const Json &value) const {
    DocumentPlace place(*this);
    if (value.line() > 0) place.line = text_line + value.line() - 1;
    return place;
  }
  Error error(const std::string &what, const std::string &field = "") const {
    Json detail = Json::object().set("file", file).set("line", line);
    if (!field.empty()) detail.set("field", field);
    return Error(CVG_E_DATA, file + ", line " + std::to_string(line) + (field.empty() ? "" : ", " + field) + ": " + what, detail);
  }
};

// Calls visit for every document of a staged file: for each line when the first line is a document of its own, for each
// item when the file is one array, else once for the whole file.  An empty file has none.
class Documents {
 public:
  typedef std::function<void(const Json &, const DocumentPlace &)> Visit;

  Documents(Call &call, const std::string &file, const std::string &uri) : call_(call), uri_(uri) { place_.file = file; }

  // Bytes of the file that were read so far.
  uint64_t read() const { return offset_; }

  void each(const Visit &visit) {
    std::string line;
    while (next_line(line))
      if (!blank(line)) break;
    if (blank(line)) return;
    Json first;
    if (parse_line(line, first)) {
      do {
        if (!blank(line) && !parse_line(line, first)) throw place_.error("the line is no JSON document");
        if (!blank(line)) hand_out(first, visit);
        call_.stop_if_cancelled();
      } while (next_line(line));
      return;
    }
    const DocumentPlace begin = place_;
    std::string more;
    while (next_line(more)) {
      line += '\n';
      line += more;
      if (line.size() > document_bytes_max) too_large();
    }
    place_ = begin;
    try {
      hand_out(Json::parse(line), visit);
    } catch (const JsonError &e) {
      const std::ptrdiff_t read = static_cast<std::ptrdiff_t>(std::min(e.offset, line.size()));
      place_.line += static_cast<uint64_t>(std::count(line.begin(), line.begin() + read, '\n'));
      throw place_.error(std::string("no JSON: ") + e.what() + "; deliver the file again");
    }
  }

 private:
  static bool blank(const std::string &s) { return s.find_first_not_of(" \t\r\n") == std::string::npos; }
  static bool parse_line(const std::string &line, Json &out) {
    const std::size_t last = line.find_last_not_of(" \t\r");
    if (line[last] != '}' && line[last] != ']') return false;
    try { out = Json::parse(line); return true; } catch (const JsonError &) { return false; }
  }
  void hand_out(const Json &document, const Visit &visit) {
    place_.text_line = place_.line;
    if (!document.is_array()) { visit(document, place_.of(document)); return; }
    for (std::size_t i = 0; i < document.size(); ++i) visit(document.items()[i], place_.of(document.items()[i]));
  }
  void too_large() const {
    throw Error(CVG_E_LIMIT, place_.file + ": one JSON document is larger than 128 MiB (document_bytes_max); split the file",
                Json::object().set("file", place_.file));
  }
  bool next_line(std::string &line) {
    line.clear();
    if (started_) ++place_.line;
    started_ = true;
    for (;;) {
      const std::size_t end = buffer_.find('\n', pos_);
      if (end != std::string::npos) {
        line.append(buffer_, pos_, end - pos_);
        pos_ = end + 1;
        return true;
      }
      line.append(buffer_, pos_, std::string::npos);
      if (line.size() > document_bytes_max) too_large();
      buffer_ = call_.stage_read(uri_, offset_, uint64_t(4) << 20);
      pos_ = offset_ == 0 && buffer_.compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0;
      offset_ += buffer_.size();
      if (buffer_.empty()) return !line.empty();
    }
  }

  Call &call_;
  std::string uri_;
  DocumentPlace place_;
  std::string buffer_;
  std::size_t pos_ = 0;
  uint64_t offset_ = 0;
  bool started_ = false;
};

// A table that the provider writes itself: one staged CSV whose columns are the target's.  NULL and empty text are both an
// empty field, which the warehouse reads as NULL.
class RowFile {
 public:
  RowFile(Call &call, const std::string &name, const TableShape &shape) : call_(call), row_(shape.specs().size()) {
    file_.key = name;
    Json columns = Json::array();
    for (std::size_t i = 0; i < shape.specs().size(); ++i) {
      by_name_[shape.specs()[i].name] = i;
      file_.header.push_back(shape.specs()[i].name);
      file_.columns.push_back(SourceColumn(shape.specs()[i].name));
      columns.push(shape.specs()[i].name);
    }
    file_.dialect = Json::object().set("delimiter", ",").set("quote", "\"").set("header_rows", 1)
                        .set("width", static_cast<uint64_t>(row_.size())).set("null_words", Json::array())
                        .set("source_columns", columns);
    file_.has_rows = false;
    file_.lines = std::make_shared<SourceLines>();
    handle_ = call.stage_open(name);
    csv_append(buffer_, file_.header);
  }
  // The text of a column of the row at hand.
  std::string &cell(const char *column) {
    const std::map<std::string, std::size_t>::const_iterator it = by_name_.find(column);
    if (it == by_name_.end()) throw Error(CVG_E_PLUGIN, std::string("no column ") + column);
    return row_[it->second];
  }
  // The same by the column's place in the shape.
  std::string &cell(std::size_t column) { return row_[column]; }
  // Text and numerals as they are, true and false, arrays and objects as JSON text; null leaves the cell empty.
  void set(const char *column, const Json &value) { cell(column) = cell_text(value); }
  static std::string cell_text(const Json &value) {
    if (value.is_null()) return std::string();
    return value.is_string() || value.is_number() ? value.text() : value.dump();
  }
  // Ends the row, which comes from a record that begins at the place.
  void end_row(const DocumentPlace &place) {
    file_.lines->add(line_, place.file, place.line);
    const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(buffer_.size());
    csv_append(buffer_, row_);
    line_ += static_cast<uint64_t>(std::count(buffer_.begin() + begin, buffer_.end(), '\n'));
    for (std::size_t i = 0; i < row_.size(); ++i) row_[i].clear();
    ++rows_;
    if (buffer_.size() > (std::size_t(1) << 20)) flush();
  }
  // Closes the file; nothing may be written afterwards.
  const StagedFile &finish() {
    flush();
    file_.uri = call_.stage_close(handle_);
    file_.bytes = written_;
    file_.has_rows = rows_ > 0;
    return file_;
  }
  uint64_t rows() const { return rows_; }

 private:
  void flush() {
    call_.stop_if_cancelled();
    try {
      call_.stage_write(handle_, buffer_);
    } catch (const Error &error) {
      throw error.at(file_.key + ", rewritten in the stage");
    }
    written_ += buffer_.size();
    buffer_.clear();
  }
  Call &call_;
  StagedFile file_;
  CsvRecord row_;
  std::map<std::string, std::size_t> by_name_;
  cvg_handle handle_ = 0;
  std::string buffer_;
  uint64_t written_ = 0, rows_ = 0, line_ = 2;
};

// Binds a RowFile's columns to the table of the same shape.
class RowMapper : public TableMapper {
 public:
  explicit RowMapper(const TableShape &shape) : shape_(shape) {}
  Json schema(const StagedFile &file, const Delivery &) const override {
    Binding binding(shape_);
    for (std::size_t i = 0; i < file.columns.size(); ++i) binding.match(file.columns, i, file.columns[i].column);
    return binding.schema();
  }
  Json empty_schema(const Delivery &) const override { return Binding(shape_).schema(); }

 private:
  const TableShape &shape_;
};

// Offers each delivery of JSON files and writes the rows that read makes of each document.  together: the files of a
// delivery become one staged file (for many small ones); otherwise each stays one, called by its key.
typedef std::function<void(const Json &document, const DocumentPlace &place, RowFile &rows)> DocumentReader;
inline void load_documents(Call &call, Sink &sink, const Deliveries &deliveries, const TableShape &shape, bool together,
                           const DocumentReader &read) {
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const Delivery &d = deliveries[i];
    if (!offer(sink, d)) continue;
    std::vector<StagedFile> staged;
    std::unique_ptr<RowFile> rows;
    for (std::size_t f = 0; f < d.files.size(); ++f) {
      const Json copied = call.to_stage(d.files[f].key, ends_with(lower(d.files[f].key), ".gz") ? "gzip" : "auto");
      if (!rows) rows.reset(new RowFile(call, d.files[f].key, shape));
      Documents documents(call, d.files[f].key, copied["uri"].text());
      documents.each([&](const Json &document, const DocumentPlace &place) { read(document, place, *rows); });
      call.progress(fraction_of(i, deliveries.size(), static_cast<double>(f + 1), d.files.size()), rows->rows(), d.files[f].bytes);
      if (together && f + 1 < d.files.size()) continue;
      staged.push_back(rows->finish());
      rows.reset();
    }
    put_staged(sink, d, RowMapper(shape), staged);
  }
}

// The members of an object that are not in taken (names separated by blanks), as the JSON text of a MAP; empty when none.
inline std::string rest_of(const Json &object, const std::string &taken) {
  Json rest = Json::object();
  const std::string names = " " + taken + " ";
  for (std::size_t i = 0; i < object.members().size(); ++i) {
    const Json::Member &m = object.members()[i];
    if (!m.second.is_null() && names.find(" " + m.first + " ") == std::string::npos)
      rest.set(m.first, m.second.is_string() ? m.second : Json(RowFile::cell_text(m.second)));
  }
  return rest.size() ? rest.dump() : std::string();
}

}  // namespace convergence
#endif
