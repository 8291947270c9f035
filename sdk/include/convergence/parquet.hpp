// parquet.hpp: the column names of a Parquet file, from its footer (Thrift compact protocol, parquet-format 2.x).  Values
// are never read here.  Header-only, C++11.
#ifndef CONVERGENCE_PARQUET_HPP
#define CONVERGENCE_PARQUET_HPP

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "plugin.hpp"
#include "schema.hpp"

namespace convergence {
namespace detail {

// One SchemaElement of the footer.
struct ParquetElement {
  std::string name;
  int64_t type = -1, repetition = 0, children = 0, converted = -1;
  bool logical_text = false, logical = false;
};

// Reads the few parts of FileMetaData that name columns.
class ParquetFooter {
 public:
  ParquetFooter(const std::string &bytes, const std::string &file) : bytes_(bytes), file_(file) { file_metadata(); }
  const std::vector<ParquetElement> &elements() const { return elements_; }
  int64_t rows() const { return rows_; }

 private:
  enum { stop = 0, boolean_true = 1, boolean_false = 2, i8 = 3, i16 = 4, i32 = 5, i64 = 6, real = 7, binary = 8, list = 9,
         set = 10, map = 11, structure = 12 };

  unsigned char byte() {
    if (at_ >= bytes_.size()) fail();
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const unsigned char b = byte();
      value |= static_cast<uint64_t>(b & 0x7F) << shift;
      if (!(b & 0x80)) return value;
    }
    fail();
    return 0;
  }
  int64_t zigzag() {
    const uint64_t v = varint();
    return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
  }
  std::string text() {
    const uint64_t n = varint();
    if (n > bytes_.size() - at_) fail();
    const std::string s = bytes_.substr(at_, static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
    return s;
  }
  // The next field of a struct: its type, or stop.
  int field(int64_t &id) {
    const unsigned char head = byte();
    if (head == 0) return stop;
    id = head >> 4 ? id + (head >> 4) : zigzag();
    return head & 15;
  }
  uint64_t items(int &type) {
    const unsigned char head = byte();
    type = head & 15;
    const uint64_t n = head >> 4 == 15 ? varint() : static_cast<uint64_t>(head >> 4);
    if (n > bytes_.size()) fail();
    return n;
  }
  void skip(int type, int depth = 0) {
    if (depth > 32) fail();
    int64_t id = 0;
    int inner = 0;
    switch (type) {
      case boolean_true: case boolean_false: return;
      case i8: byte(); return;
      case i16: case i32: case i64: varint(); return;
      case real: for (int i = 0; i < 8; ++i) byte(); return;
      case binary: text(); return;
      case list: case set:
        for (uint64_t n = items(inner); n > 0; --n) {
          if (inner == boolean_true || inner == boolean_false) byte();
          else skip(inner, depth + 1);
        }
        return;
      case structure:
        for (int t = field(id); t != stop; t = field(id)) skip(t, depth + 1);
        return;
      default: fail();
    }
  }
  void file_metadata() {
    int64_t id = 0;
    for (int t = field(id); t != stop; t = field(id)) {
      if (id == 2 && t == list) {
        int inner = 0;
        for (uint64_t n = items(inner); n > 0; --n) elements_.push_back(element());
      } else if (id == 3 && t == i64) {
        rows_ = zigzag();
      } else {
        skip(t);
      }
    }
    if (elements_.empty()) fail();
  }
  ParquetElement element() {
    ParquetElement e;
    int64_t id = 0;
    for (int t = field(id); t != stop; t = field(id)) {
      if (id == 1 && t == i32) e.type = zigzag();
      else if (id == 3 && t == i32) e.repetition = zigzag();
      else if (id == 4 && t == binary) e.name = text();
      else if (id == 5 && t == i32) e.children = zigzag();
      else if (id == 6 && t == i32) e.converted = zigzag();
      else if (id == 10 && t == structure) logical(e);
      else skip(t);
    }
    return e;
  }
  // LogicalType is a union: the one field that is set says which.
  void logical(ParquetElement &e) {
    int64_t id = 0;
    for (int t = field(id); t != stop; t = field(id)) {
      e.logical = true;
      if (id == 1 || id == 12) e.logical_text = true;  // STRING, JSON
      if (id == 2 || id == 3) e.converted = id == 2 ? 1 : 3;  // MAP, LIST
      skip(t);
    }
  }
  void fail() const {
    throw Error(CVG_E_DATA, file_ + ": the footer is no Parquet metadata; deliver the file again",
                Json::object().set("file", file_));
  }

  const std::string &bytes_;
  const std::string &file_;
  std::size_t at_ = 0;
  int64_t rows_ = 0;
  std::vector<ParquetElement> elements_;
};

// Adds the column whose element stands at index, and answers the index behind it.  A STRUCT adds its fields.
inline std::size_t parquet_column(const std::vector<ParquetElement> &all, std::size_t index, std::vector<std::string> path,
                                  bool inside_list, std::vector<SourceColumn> &out) {
  const ParquetElement &e = all[index];
  if (path.size() > 64) throw Error(CVG_E_DATA, "a Parquet file nests columns deeper than 64 levels");
  const bool repeated = e.repetition == 2, collection = e.converted == 1 || e.converted == 2 || e.converted == 3;
  std::size_t next = index + 1;
  path.push_back(e.name);
  const bool opaque = inside_list || repeated || collection || e.children == 0;
  if (opaque && !inside_list) {
    // BYTE_ARRAY (6) is text when it says so (UTF8 0, ENUM 4, JSON 19), or says nothing at all.
    const bool text = e.children == 0 && !repeated && e.type == 6 &&
                      (e.logical_text || e.converted == 0 || e.converted == 4 || e.converted == 19 ||
                       (!e.logical && e.converted < 0));
    SourceColumn column(path[0], text);
    column.path.assign(path.begin() + 1, path.end());
    out.push_back(column);
  }
  for (int64_t i = 0; i < e.children && next < all.size(); ++i)
    next = parquet_column(all, next, path, opaque, out);
  return next;
}

}  // namespace detail

struct ParquetNames {
  std::vector<SourceColumn> columns;
  int64_t rows = 0;
};

// Reads the footer through read(offset, n) of a file of the given size.  CVG_E_DATA when the file is cut or no Parquet.
inline ParquetNames parquet_names(const std::string &file, uint64_t size,
                                  const std::function<std::string(uint64_t, uint64_t)> &read) {
  const std::string tail = size < 12 ? std::string() : read(size - 8, 8);
  if (tail.size() != 8 || tail.compare(4, 4, "PAR1") != 0)
    throw Error(CVG_E_DATA, file + ": no Parquet file, or one that was cut (it does not end with PAR1); deliver it again",
                Json::object().set("file", file));
  uint64_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(tail[static_cast<std::size_t>(i)]);
  if (length > size - 8 || length > (uint64_t(64) << 20))
    throw Error(CVG_E_DATA, file + ": the Parquet footer has an impossible length; deliver the file again",
                Json::object().set("file", file));
  const std::string bytes = read(size - 8 - length, length);
  const detail::ParquetFooter footer(bytes, file);
  ParquetNames names;
  names.rows = footer.rows();
  std::size_t next = 1;
  while (next < footer.elements().size())
    next = detail::parquet_column(footer.elements(), next, std::vector<std::string>(), false, names.columns);
  return names;
}

}  // namespace convergence
#endif
