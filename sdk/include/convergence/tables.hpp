// tables.hpp: how a provider brings the files of a delivery to the sink: staged, header read, bound to the table's columns
// and put, files of one shape together.  Header-only, C++11.
#ifndef CONVERGENCE_TABLES_HPP
#define CONVERGENCE_TABLES_HPP

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "csv.hpp"
#include "delivery.hpp"
#include "parquet.hpp"
#include "plugin.hpp"
#include "schema.hpp"

namespace convergence {

// For a staged file that a provider wrote itself: which line of which delivered file each of its lines comes from.
class SourceLines {
 public:
  // The record that begins on line comes from the line at of a file.  Lines must grow.
  void add(uint64_t line, const std::string &file, uint64_t at) {
    const bool same_file = !files_.empty() && files_.back() == file;
    if (!same_file) files_.push_back(file);
    // A run of records that follow each other as in their file is one mark.
    if (same_file && at - marks_.back().at == line - marks_.back().line) return;
    marks_.push_back({line, at, files_.size() - 1});
  }
  // An error of the staged file as one of the delivered file.
  Error of_source(const Error &error, const std::string &staged) const {
    const uint64_t line = static_cast<uint64_t>(error.detail()["line"].integer());
    const Mark *found = nullptr;
    for (std::size_t i = 0; i < marks_.size() && marks_[i].line <= line; ++i) found = &marks_[i];
    if (!found) return error;
    const std::string &file = files_[found->file], at = std::to_string(found->at + line - found->line);
    const std::string told = staged + ", line " + std::to_string(line), what = error.what();
    const bool begins = what.compare(0, told.size(), told) == 0;
    Json detail = error.detail();
    detail.set("file", file).set("line", Json::number(at));
    return error.told(begins ? file + ", line " + at + what.substr(told.size()) : what, detail);
  }

 private:
  struct Mark {
    uint64_t line, at;
    std::size_t file;
  };
  std::vector<std::string> files_;
  std::vector<Mark> marks_;
};

// A file in the stage, and what its beginning told.
struct StagedFile {
  std::string key, uri;
  uint64_t bytes = 0;
  uint32_t format = CVG_FMT_CSV;
  std::vector<SourceColumn> columns;
  std::vector<std::string> header;  // of a CSV: the names as they stand in the file
  bool has_rows = true;
  std::vector<std::string> warnings;
  Json dialect = Json::object();
  std::shared_ptr<SourceLines> lines;  // of a file that the provider wrote; else null
};

// What a provider knows about one of its tables.
class TableMapper {
 public:
  virtual ~TableMapper() {}
  // cvg_ingest.schema_json for a file of these columns; throws CVG_E_DATA when the file is not of this table.
  virtual Json schema(const StagedFile &file, const Delivery &delivery) const = 0;
  // The same for a delivery without files.
  virtual Json empty_schema(const Delivery &delivery) const = 0;
};

namespace detail {

inline CsvReader::Source stage_source(Call &call, const std::string &uri) {
  return [&call, uri](uint64_t offset, uint64_t n) { return call.stage_read(uri, offset, n); };
}

// Text that a schema can carry: UTF-8 without zero bytes.
inline bool is_plain_text(const std::string &s) {
  try {
    Json::parse(Json(s).dump());
    return s.find('\0') == std::string::npos;
  } catch (const JsonError &) {
    return false;
  }
}

// Refuses column names in another encoding: every later message would name neither file nor line.
inline void check_encoding(const StagedFile &file, const std::vector<std::string> &names) {
  const bool csv = file.format == CVG_FMT_CSV;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (is_plain_text(names[i])) continue;
    const std::string begin = names[0].substr(0, 2);
    const bool utf16 = csv && (begin == "\xFF\xFE" || begin == "\xFE\xFF" || names[0].find('\0') != std::string::npos);
    throw Error(CVG_E_DATA, file.key + (csv ? ", line 1: " : ": ") + (utf16 ? "the file is UTF-16" : "the column names are not UTF-8") +
                                "; only UTF-8 is read: deliver the file again in UTF-8",
                csv ? Json::object().set("file", file.key).set("line", 1) : Json::object().set("file", file.key));
  }
}

// Names that occur twice get " (2)", " (3)"; a name that is empty is called by its place.
inline std::vector<std::string> unique_names(const std::vector<std::string> &header) {
  std::set<std::string> used;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string base = header[i].empty() ? "column " + std::to_string(i + 1) : header[i];
    std::string name = base;
    for (int n = 2; !used.insert(name).second; ++n) name = base + " (" + std::to_string(n) + ")";
    names.push_back(name);
  }
  return names;
}

}  // namespace detail

// The words that stand for NULL in bills beside the empty field.
inline const std::vector<std::string> &bill_null_words() {
  static const char *const words[] = {"NULL", "null", "\\N"};
  static const std::vector<std::string> all(words, words + 3);
  return all;
}

// A column that a bill cannot do without, and the names that deliveries have for it.
struct RequiredColumn {
  const char *column, *names;
};
// Refuses a file that lacks one of them: its rows would replace good ones by NULLs.  table: "Cost and Usage Report".
inline void require_columns(const Binding &binding, const StagedFile &file, const std::string &table, const std::vector<RequiredColumn> &required) {
  for (std::size_t i = 0; i < required.size(); ++i) {
    if (binding.is_bound(required[i].column)) continue;
    throw Error(CVG_E_DATA, file.key + ", line 1: the column " + required[i].names + " is missing, without it this is no " + table +
                                "; deliver the file again, or choose the dataset that it belongs to",
                Json::object().set("file", file.key).set("line", 1).set("field", required[i].column));
  }
}

// How an object is packed, by the end of its name: what calls itself .gz must be gzip, also when it is empty.
inline std::string packing_of(const std::string &key) {
  const std::string name = lower(key);
  return ends_with(name, ".gz") ? "gzip" : ends_with(name, ".zip") ? "zip" : "auto";
}

// Reads header and first record of a staged CSV and fills columns, dialect and warnings.  A first record with fewer fields
// than the header makes its width the file's; one with more is refused.  null_words: words that mean NULL in this file.
inline void peek_csv(Call &call, StagedFile &file, const std::vector<std::string> &null_words) {
  CsvReader reader(file.key, detail::stage_source(call, file.uri), std::size_t(64) << 10);
  CsvRecord header, first;
  // A period without rows is a header alone; a file without even that was cut.
  if (!reader.next(header))
    throw Error(CVG_E_DATA, file.key + ", line 1: the file is empty, it has not even a header; deliver it again",
                Json::object().set("file", file.key).set("line", 1));
  detail::check_encoding(file, header);
  file.header = header;
  file.has_rows = reader.next(first);
  const std::vector<std::string> names = detail::unique_names(header);
  std::size_t width = names.size();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!header[i].empty() && names[i] != header[i])
      file.warnings.push_back(file.key + ": the header has the column " + header[i] + " more than once; the first counts");
  if (file.has_rows && first.size() > width)
    throw Error(CVG_E_DATA, file.key + ", line " + std::to_string(reader.line()) + ": " + std::to_string(first.size()) +
                                " fields, the header has " + std::to_string(width) + "; mend the row or the header",
                Json::object().set("file", file.key).set("line", reader.line()));
  if (file.has_rows && first.size() < width) {
    width = first.size();
    std::string missing;
    for (std::size_t i = width; i < names.size(); ++i) missing += (i > width ? ", " : "") + names[i];
    file.warnings.push_back(file.key + ": the rows have " + std::to_string(width) + " fields, the header " +
                            std::to_string(names.size()) + "; NULL in every row: " + missing);
  }
  Json source_columns = Json::array(), words = Json::array();
  for (std::size_t i = 0; i < width; ++i) {
    file.columns.push_back(SourceColumn(names[i]));
    source_columns.push(names[i]);
  }
  for (std::size_t i = 0; i < null_words.size(); ++i) words.push(null_words[i]);
  file.dialect = Json::object().set("delimiter", ",").set("quote", "\"").set("header_rows", 1)
                     .set("width", static_cast<uint64_t>(width)).set("null_words", words).set("source_columns", source_columns);
}

// Copies an object to the stage (inflated, its checksum verified by the host) and reads what columns it has.
inline StagedFile stage_table(Call &call, const Object &object, const std::vector<std::string> &null_words) {
  StagedFile file;
  file.key = object.key;
  const bool parquet = is_parquet_name(object.key);
  const Json staged = call.to_stage(object.key, parquet ? "none" : packing_of(object.key));
  file.uri = staged["uri"].text();
  file.bytes = static_cast<uint64_t>(staged["bytes"].integer());
  if (!parquet) { peek_csv(call, file, null_words); return file; }
  file.format = CVG_FMT_PARQUET;
  const ParquetNames names = parquet_names(file.key, file.bytes, detail::stage_source(call, file.uri));
  for (std::size_t i = 0; i < names.columns.size(); ++i)
    detail::check_encoding(file, std::vector<std::string>(1, names.columns[i].column));
  file.columns = names.columns;
  file.has_rows = names.rows > 0;
  return file;
}

// Puts files that have one schema and one dialect in one ingest; answers the rows.
inline int64_t put_files(Sink &sink, const Delivery &d, const Json &schema, const std::vector<const StagedFile *> &files) {
  const std::string schema_text = schema.dump();
  std::vector<std::string> dialects;
  std::vector<cvg_file> entries(files.size());
  std::vector<const cvg_file *> pointers;
  for (std::size_t i = 0; i < files.size(); ++i) dialects.push_back(files[i]->dialect.dump());
  for (std::size_t i = 0; i < files.size(); ++i) {
    cvg_file &f = entries[i];
    std::memset(&f, 0, sizeof f);
    f.struct_size = sizeof f;
    f.format = files[i]->format;
    f.uri = str(files[i]->uri);
    f.name = str(files[i]->key);
    f.dialect_json = str(dialects[i]);
    f.bytes = files[i]->bytes;
    pointers.push_back(&f);
  }
  cvg_ingest ingest;
  std::memset(&ingest, 0, sizeof ingest);
  ingest.struct_size = sizeof ingest;
  ingest.schema_json = str(schema_text);
  ingest.source = str(d.source);
  ingest.unit = str(d.unit);
  ingest.files = pointers.empty() ? nullptr : pointers.data();
  ingest.n_files = pointers.size();
  try {
    return sink.put(ingest);
  } catch (const Error &error) {
    const std::string &name = error.detail()["file"].text();
    for (std::size_t i = 0; i < files.size(); ++i)
      if (files[i]->key == name && files[i]->lines && error.detail()["line"].integer() > 0)
        throw files[i]->lines->of_source(error, name);
    throw;
  }
}

// Puts staged files, those of one shape together, and compares the rows with what the manifest promises.
inline int64_t put_staged(Sink &sink, const Delivery &d, const TableMapper &mapper, const std::vector<StagedFile> &staged) {
  struct Group {
    std::string key;
    Json schema;
    std::vector<const StagedFile *> files;
  };
  std::vector<Group> groups;
  for (std::size_t i = 0; i < staged.size(); ++i) {
    Json schema = mapper.schema(staged[i], d);
    for (std::size_t w = 0; w < staged[i].warnings.size(); ++w) sink.warn(staged[i].warnings[w]);
    if (!staged[i].has_rows) continue;
    const std::string key = std::to_string(staged[i].format) + staged[i].dialect.dump() + schema.dump();
    std::size_t g = 0;
    while (g < groups.size() && groups[g].key != key) ++g;
    if (g == groups.size()) {
      groups.push_back(Group());
      groups[g].key = key;
      groups[g].schema = std::move(schema);
    }
    groups[g].files.push_back(&staged[i]);
  }
  int64_t rows = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) rows += put_files(sink, d, groups[g].schema, groups[g].files);
  if (groups.empty()) rows = put_files(sink, d, mapper.empty_schema(d), std::vector<const StagedFile *>());
  if (d.expected_rows >= 0 && rows != d.expected_rows)
    throw Error(CVG_E_DATA, d.manifest_key + " promises " + std::to_string(d.expected_rows) + " rows, the files hold " +
                                std::to_string(rows) + "; the delivery is damaged or incomplete: deliver it again",
                Json::object().set("file", d.manifest_key).set("field", "dataRowCount"));
  return rows;
}

// How far all deliveries are when so many of this one's files are read; what is left of it is their way into the table.
inline double fraction_of(std::size_t delivery, std::size_t deliveries, double files_read, std::size_t files) {
  const double within = std::min(files_read, static_cast<double>(files)) / static_cast<double>(files + 1);
  return (static_cast<double>(delivery) + within) / static_cast<double>(deliveries);
}

// True when the sink wants this unit.
inline bool offer(Sink &sink, const Delivery &d) {
  return sink.unit(d.source, d.unit, d.version, d.fingerprint(), d.layout) == CVG_UNIT_LOAD;
}

// Offers each delivery and brings the files of those that the sink wants.
inline void load_tables(Call &call, Sink &sink, const Deliveries &deliveries, const TableMapper &mapper,
                        const std::vector<std::string> &null_words = std::vector<std::string>()) {
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const Delivery &d = deliveries[i];
    if (!offer(sink, d)) continue;
    std::vector<StagedFile> staged;
    for (std::size_t f = 0; f < d.files.size(); ++f) {
      call.stop_if_cancelled();
      staged.push_back(stage_table(call, d.files[f], null_words));
      call.progress(fraction_of(i, deliveries.size(), static_cast<double>(f + 1), d.files.size()), 0, staged.back().bytes);
    }
    put_staged(sink, d, mapper, staged);
  }
}

}  // namespace convergence
#endif
