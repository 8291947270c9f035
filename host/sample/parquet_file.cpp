#include "host/sample/parquet_file.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "core/base/gzip_writer.h"
#include "host/sample/thrift.h"

namespace cvg {
namespace {

constexpr std::int64_t row_group_rows = 122880;
constexpr std::int32_t encoding_plain = 0, encoding_rle = 3, codec_gzip = 2, data_page = 0;

template <class T>
void put_raw(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

// Levels in the RLE hybrid encoding: runs of equal values, each a varint of its length and one byte.
std::string levels(const std::vector<std::uint8_t>& values) {
  std::string runs;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t end = i;
    while (end < values.size() && values[end] == values[i]) ++end;
    for (std::uint64_t n = (end - i) << 1;; n >>= 7) {
      if (n < 128) { runs += static_cast<char>(n); break; }
      runs += static_cast<char>((n & 127) | 128);
    }
    runs += static_cast<char>(values[i]);
    i = end;
  }
  std::string out;
  put_raw(out, static_cast<std::uint32_t>(runs.size()));
  return out + runs;
}

std::string page_header(std::size_t values, std::size_t raw_bytes, std::size_t bytes) {
  ThriftWriter w;
  w.i32(1, data_page);
  w.i32(2, static_cast<std::int32_t>(raw_bytes));
  w.i32(3, static_cast<std::int32_t>(bytes));
  w.begin(5);
  w.i32(1, static_cast<std::int32_t>(values));
  w.i32(2, encoding_plain);
  w.i32(3, encoding_rle);
  w.i32(4, encoding_rle);
  w.end();
  return w.finish();
}

}  // namespace

Result<std::unique_ptr<ParquetFile>> ParquetFile::create(const std::string& path, std::vector<ParquetElement> schema) {
  Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file) return status_from_errno(errno, "create", path);
  std::unique_ptr<ParquetFile> made(new ParquetFile(std::move(file), std::move(schema)));
  made->find_leaves();
  CVG_RETURN_IF_ERROR(made->append("PAR1"));
  return made;
}

// Walks the depth-first schema with the counts of children that are still open at each depth.
void ParquetFile::find_leaves() {
  struct Open {
    int children;
    std::string name;
    int definition, repetition;
  };
  std::vector<Open> open;
  for (const ParquetElement& element : schema_) {
    while (!open.empty() && open.back().children == 0) open.pop_back();
    int definition = open.empty() ? 0 : open.back().definition, repetition = open.empty() ? 0 : open.back().repetition;
    if (!open.empty()) --open.back().children;
    definition += element.repetition != Repetition::required;
    repetition += element.repetition == Repetition::repeated;
    if (element.type == ParquetType::group) {
      open.push_back({element.children, element.name, definition, repetition});
      continue;
    }
    Leaf leaf;
    for (const Open& parent : open) leaf.path.push_back(parent.name);
    leaf.path.push_back(element.name);
    leaf.type = element.type;
    leaf.definition_max = definition;
    leaf.repetition_max = repetition;
    leaves_.push_back(std::move(leaf));
  }
}

void ParquetFile::level(Leaf& leaf, int definition, int repetition) {
  leaf.definitions.push_back(static_cast<std::uint8_t>(definition));
  leaf.repetitions.push_back(static_cast<std::uint8_t>(repetition));
}

void ParquetFile::put_text(std::size_t leaf, std::string_view value, int definition, int repetition) {
  Leaf& l = leaves_[leaf];
  level(l, definition, repetition);
  if (definition != l.definition_max) return;
  put_raw(l.values, static_cast<std::uint32_t>(value.size()));
  l.values.append(value);
}

void ParquetFile::put_real(std::size_t leaf, double value, int definition, int repetition) {
  level(leaves_[leaf], definition, repetition);
  if (definition == leaves_[leaf].definition_max) put_raw(leaves_[leaf].values, value);
}

void ParquetFile::put_timestamp(std::size_t leaf, std::int64_t us, int definition, int repetition) {
  level(leaves_[leaf], definition, repetition);
  if (definition == leaves_[leaf].definition_max) put_raw(leaves_[leaf].values, us);
}

void ParquetFile::put_null(std::size_t leaf, int definition, int repetition) { level(leaves_[leaf], definition, repetition); }

Status ParquetFile::end_row() {
  return ++rows_ < row_group_rows ? Status() : flush();
}

Status ParquetFile::append(std::string_view bytes) {
  offset_ += static_cast<std::int64_t>(bytes.size());
  return write_fd(file_.get(), bytes);
}

Status ParquetFile::flush() {
  if (rows_ == 0) return {};
  RowGroup group;
  group.rows = rows_;
  for (Leaf& leaf : leaves_) {
    std::string raw;
    if (leaf.repetition_max > 0) raw += levels(leaf.repetitions);
    if (leaf.definition_max > 0) raw += levels(leaf.definitions);
    raw += leaf.values;
    const std::string packed = gzip(raw), header = page_header(leaf.definitions.size(), raw.size(), packed.size());
    Chunk chunk;
    chunk.offset = offset_;
    chunk.values = static_cast<std::int64_t>(leaf.definitions.size());
    chunk.raw_bytes = static_cast<std::int64_t>(header.size() + raw.size());
    chunk.bytes = static_cast<std::int64_t>(header.size() + packed.size());
    group.chunks.push_back(chunk);
    CVG_RETURN_IF_ERROR(append(header));
    CVG_RETURN_IF_ERROR(append(packed));
    leaf.definitions.clear();
    leaf.repetitions.clear();
    leaf.values.clear();
  }
  groups_.push_back(std::move(group));
  rows_ = 0;
  return {};
}

std::string ParquetFile::footer() const {
  ThriftWriter w;
  w.i32(1, 1);
  w.structs(2, schema_.size() + 1);
  int roots = 0, open = 0;
  for (const ParquetElement& element : schema_) {
    roots += open == 0;
    open += (open == 0 ? 0 : -1) + element.children;
  }
  w.item();
  w.text(4, "schema");
  w.i32(5, roots);
  w.end();
  for (const ParquetElement& element : schema_) {
    w.item();
    if (element.type != ParquetType::group) w.i32(1, static_cast<std::int32_t>(element.type));
    w.i32(3, static_cast<std::int32_t>(element.repetition));
    w.text(4, element.name);
    if (element.type == ParquetType::group) w.i32(5, element.children);
    if (element.converted != ConvertedType::none) w.i32(6, static_cast<std::int32_t>(element.converted));
    w.end();
  }
  std::int64_t rows = 0;
  for (const RowGroup& group : groups_) rows += group.rows;
  w.i64(3, rows);
  w.structs(4, groups_.size());
  for (const RowGroup& group : groups_) {
    w.item();
    w.structs(1, group.chunks.size());
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < group.chunks.size(); ++i) {
      const Chunk& chunk = group.chunks[i];
      bytes += chunk.raw_bytes;
      w.item();
      w.i64(2, chunk.offset);
      w.begin(3);
      w.i32(1, static_cast<std::int32_t>(leaves_[i].type));
      w.i32s(2, {encoding_plain, encoding_rle});
      w.texts(3, leaves_[i].path);
      w.i32(4, codec_gzip);
      w.i64(5, chunk.values);
      w.i64(6, chunk.raw_bytes);
      w.i64(7, chunk.bytes);
      w.i64(9, chunk.offset);
      w.end();
      w.end();
    }
    w.i64(2, bytes);
    w.i64(3, group.rows);
    w.end();
  }
  w.text(6, "convergence sample");
  return w.finish();
}

Result<std::int64_t> ParquetFile::close() {
  CVG_RETURN_IF_ERROR(flush());
  std::string end = footer();
  put_raw(end, static_cast<std::uint32_t>(end.size()));
  CVG_RETURN_IF_ERROR(append(end + "PAR1"));
  file_.reset();
  return offset_;
}

}  // namespace cvg
