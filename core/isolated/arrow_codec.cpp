#include "core/isolated/arrow_codec.h"

#include <cstring>
#include <vector>

#include "core/isolated/arrow_type.h"
#include "core/isolated/channel.h"
#include "core/isolated/flat.h"

namespace cvg {
namespace {

using Layout = ArrowType::Layout;

constexpr std::size_t batch_bytes_max = message_bytes_max - (std::size_t{1} << 20);  // with what stands around it, a message

Status damaged(std::string_view what) { return Status(Code::data, "rows between the server and an isolated plugin are damaged: " + std::string(what)); }

template <class T>
T value_at(const void* p, std::int64_t i) {
  T value;
  std::memcpy(&value, static_cast<const char*>(p) + static_cast<std::size_t>(i) * sizeof(T), sizeof value);
  return value;
}
std::int64_t offset_at(const void* p, const ArrowType& type, std::int64_t i) {
  return type.offset_bytes == 4 ? value_at<std::int32_t>(p, i) : value_at<std::int64_t>(p, i);
}
std::size_t bytes_of_bits(std::int64_t bits) { return static_cast<std::size_t>((bits + 7) / 8); }

// Bytes of the metadata: a count, then so many pairs of texts with their lengths.
std::size_t metadata_bytes(const char* metadata) {
  if (!metadata) return 0;
  std::size_t at = sizeof(std::int32_t);
  for (std::int32_t texts = value_at<std::int32_t>(metadata, 0) * 2; texts > 0; --texts)
    at += sizeof(std::int32_t) + static_cast<std::size_t>(value_at<std::int32_t>(metadata + at, 0));
  return at;
}

bool is_metadata(std::string_view bytes) {
  if (bytes.empty()) return true;
  FlatReader reader(bytes);
  const std::int64_t pairs = reader.number<std::int32_t>();
  for (std::int64_t text = 0; reader.ok() && text < pairs * 2; ++text) {
    const auto n = reader.number<std::int32_t>();
    if (n < 0 || static_cast<std::size_t>(n) > reader.left()) return false;
    for (std::int32_t i = 0; i < n; ++i) reader.number<char>();
  }
  return pairs >= 0 && reader.at_end();
}

Status write_schema(const ArrowSchema& schema, FlatWriter& out, int depth) {
  if (depth > arrow_depth_max || schema.n_children > arrow_columns_max) return Status(Code::limit, "a type of rows is too deep or has too many columns");
  CVG_ASSIGN(const ArrowType type, arrow_type(schema.format ? schema.format : ""));
  static_cast<void>(type);
  out.text(std::string_view(schema.format)).text(std::string_view(schema.name ? schema.name : ""));
  out.text(std::string_view(schema.metadata ? schema.metadata : "", metadata_bytes(schema.metadata)));
  out.number(schema.flags).number(schema.n_children);
  for (std::int64_t i = 0; i < schema.n_children; ++i) CVG_RETURN_IF_ERROR(write_schema(*schema.children[i], out, depth + 1));
  out.number<std::uint8_t>(schema.dictionary ? 1 : 0);
  return schema.dictionary ? write_schema(*schema.dictionary, out, depth + 1) : Status();
}

Status write_array(const ArrowSchema& schema, const ArrowArray& array, FlatWriter& out) {
  CVG_ASSIGN(const ArrowType type, arrow_type(schema.format));
  if (array.n_children != schema.n_children || array.n_buffers < type.buffers()) return damaged("an array does not fit its type");
  const std::int64_t total = array.offset + array.length;
  const auto buffer = [&](int i, std::size_t n) {
    const void* p = array.buffers[i];
    out.buffer(p, p ? n : 0);
  };
  out.number(array.length).number(array.null_count).number(array.offset);
  if (type.buffers() > 0) buffer(0, bytes_of_bits(total));
  if (type.layout == Layout::fixed) buffer(1, bytes_of_bits(total * type.bits));
  if (type.layout == Layout::bytes || type.layout == Layout::list) buffer(1, static_cast<std::size_t>((total + 1) * type.offset_bytes));
  if (type.layout == Layout::bytes) buffer(2, total > 0 ? static_cast<std::size_t>(offset_at(array.buffers[1], type, total)) : 0);
  if (out.size() > batch_bytes_max) return Status(Code::limit, "a batch of rows is larger than 255 MiB (batch_bytes_max): use smaller batches");
  for (std::int64_t i = 0; i < array.n_children; ++i) CVG_RETURN_IF_ERROR(write_array(*schema.children[i], *array.children[i], out));
  if (!schema.dictionary) return {};
  return array.dictionary ? write_array(*schema.dictionary, *array.dictionary, out) : damaged("a dictionary is missing");
}

// What a decoded schema owns; one for each node, because a consumer may move a child out.
struct SchemaHold {
  std::string format, name, metadata;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
  ArrowSchema dictionary{};
};
struct ArrayHold {
  std::shared_ptr<const std::string> body;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  ArrowArray dictionary{};
};

template <class Struct, class Hold>
void release(Struct* node) {
  auto* hold = static_cast<Hold*>(node->private_data);
  for (Struct& child : hold->children)
    if (child.release) child.release(&child);
  if (hold->dictionary.release) hold->dictionary.release(&hold->dictionary);
  node->release = nullptr;
  delete hold;
}

// Gives out's hold to it: from here on release() frees it, also when reading it fails later.
template <class Struct, class Hold>
Hold& own(Struct& out, std::int64_t children) {
  auto* hold = new Hold;
  hold->children.resize(static_cast<std::size_t>(children));
  for (Struct& child : hold->children) hold->pointers.push_back(&child);
  out = Struct{};
  out.n_children = children;
  out.children = hold->pointers.data();
  out.private_data = hold;
  out.release = &release<Struct, Hold>;
  return *hold;
}

Status read_schema(FlatReader& in, ArrowSchema& out, int depth) {
  const std::string_view format = in.text(), name = in.text(), metadata = in.text();
  const auto flags = in.number<std::int64_t>(), children = in.number<std::int64_t>();
  if (!in.ok() || depth > arrow_depth_max || children < 0 || children > arrow_columns_max || !is_metadata(metadata) ||
      format.find('\0') != std::string_view::npos || name.find('\0') != std::string_view::npos)
    return damaged("the schema");
  CVG_ASSIGN(const ArrowType type, arrow_type(format));
  const bool one = type.layout == Layout::list || type.layout == Layout::fixed_list;
  if (type.layout != Layout::structure && children != (one ? 1 : 0)) return damaged("a type has a wrong number of children");
  auto& hold = own<ArrowSchema, SchemaHold>(out, children);
  hold.format = format;
  hold.name = name;
  hold.metadata = metadata;
  out.format = hold.format.c_str();
  out.name = hold.name.c_str();
  out.metadata = hold.metadata.empty() ? nullptr : hold.metadata.data();
  out.flags = flags;
  for (ArrowSchema& child : hold.children) CVG_RETURN_IF_ERROR(read_schema(in, child, depth + 1));
  if (format == "+m" && (std::string_view(hold.children[0].format) != "+s" || hold.children[0].n_children != 2)) return damaged("a map's entries");
  if (in.number<std::uint8_t>() == 0) return in.ok() ? Status() : damaged("the schema");
  if (!type.is_index) return damaged("a dictionary's index");
  out.dictionary = &hold.dictionary;
  return read_schema(in, hold.dictionary, depth + 1);
}

// Offsets begin at zero or above, never go back and end within what they point to.
Status check_offsets(const ArrowType& type, const void* offsets, std::int64_t total, std::int64_t end) {
  std::int64_t before = 0;
  for (std::int64_t i = 0; i <= total; ++i) {
    const std::int64_t at = offset_at(offsets, type, i);
    if (at < before || at > end) return damaged("offsets");
    before = at;
  }
  return {};
}

std::uint64_t index_at(const void* p, std::int64_t bits, bool is_signed, std::int64_t i) {
  switch (bits) {
    case 8: return is_signed ? static_cast<std::uint64_t>(value_at<std::int8_t>(p, i)) : value_at<std::uint8_t>(p, i);
    case 16: return is_signed ? static_cast<std::uint64_t>(value_at<std::int16_t>(p, i)) : value_at<std::uint16_t>(p, i);
    case 32: return is_signed ? static_cast<std::uint64_t>(value_at<std::int32_t>(p, i)) : value_at<std::uint32_t>(p, i);
    default: return value_at<std::uint64_t>(p, i);
  }
}

// Every index that is not NULL points into the dictionary; a negative one is larger than any.
Status check_indexes(const ArrowSchema& schema, const ArrowType& type, const ArrowArray& array, std::int64_t size) {
  const auto* valid = static_cast<const std::uint8_t*>(array.buffers[0]);
  const bool is_signed = schema.format[0] >= 'a';
  for (std::int64_t i = array.offset; i < array.offset + array.length; ++i) {
    if (valid && ((valid[i / 8] >> (i % 8)) & 1) == 0) continue;
    if (index_at(array.buffers[1], type.bits, is_signed, i) >= static_cast<std::uint64_t>(size)) return damaged("an index of a dictionary");
  }
  return {};
}

struct ArrayReader {
  FlatReader& in;
  const std::shared_ptr<const std::string>& body;

  Status read(const ArrowSchema& schema, ArrowArray& out) {
    CVG_ASSIGN(const ArrowType type, arrow_type(schema.format));
    const auto length = in.number<std::int64_t>(), nulls = in.number<std::int64_t>(), offset = in.number<std::int64_t>();
    if (!in.ok() || length < 0 || offset < 0 || length > arrow_rows_max || offset > arrow_rows_max || nulls < -1 || nulls > length)
      return damaged("an array's length");
    auto& hold = own<ArrowArray, ArrayHold>(out, schema.n_children);
    hold.body = body;
    out.length = length;
    out.null_count = nulls;
    out.offset = offset;
    CVG_RETURN_IF_ERROR(read_buffers(type, length + offset, hold, out));
    for (std::int64_t i = 0; i < out.n_children; ++i) CVG_RETURN_IF_ERROR(read(*schema.children[i], *out.children[i]));
    CVG_RETURN_IF_ERROR(check_children(type, out));
    if (!schema.dictionary) return {};
    out.dictionary = &hold.dictionary;
    CVG_RETURN_IF_ERROR(read(*schema.dictionary, hold.dictionary));
    return check_indexes(schema, type, out, hold.dictionary.length);
  }

 private:
  // A buffer of at least n bytes.  An array without values may come without any.
  Status buffer(std::size_t n, bool empty_allowed, ArrayHold& hold) {
    static const std::uint64_t nothing[2] = {0, 0};
    const std::string_view bytes = in.buffer();
    if (!in.ok() || (bytes.size() < n && !(empty_allowed && bytes.empty()))) return damaged("a buffer's size");
    hold.buffers.push_back(bytes.empty() ? static_cast<const void*>(nothing) : bytes.data());
    return {};
  }

  Status read_buffers(const ArrowType& type, std::int64_t total, ArrayHold& hold, ArrowArray& out) {
    if (type.buffers() > 0) {
      const std::string_view valid = in.buffer();
      const bool absent = valid.empty();
      if (!in.ok() || (!absent && valid.size() < bytes_of_bits(total)) || (absent && out.null_count > 0)) return damaged("the NULLs");
      hold.buffers.push_back(absent ? nullptr : valid.data());
      if (absent) out.null_count = 0;
    }
    if (type.layout == Layout::fixed) CVG_RETURN_IF_ERROR(buffer(bytes_of_bits(total * type.bits), total == 0, hold));
    const bool has_offsets = type.layout == Layout::bytes || type.layout == Layout::list;
    if (has_offsets) CVG_RETURN_IF_ERROR(buffer(static_cast<std::size_t>((total + 1) * type.offset_bytes), total == 0, hold));
    if (type.layout == Layout::bytes) {
      const std::string_view data = in.buffer();
      if (!in.ok()) return damaged("a text's bytes");
      CVG_RETURN_IF_ERROR(check_offsets(type, hold.buffers[1], total, static_cast<std::int64_t>(data.size())));
      hold.buffers.push_back(data.empty() ? static_cast<const void*>("") : data.data());
    }
    out.n_buffers = static_cast<std::int64_t>(hold.buffers.size());
    out.buffers = hold.buffers.data();
    return {};
  }

  Status check_children(const ArrowType& type, const ArrowArray& array) const {
    const std::int64_t total = array.offset + array.length;
    if (type.layout == Layout::list) return check_offsets(type, array.buffers[1], total, array.children[0]->length);
    std::int64_t needed = 0;
    if (type.layout == Layout::structure) needed = total;
    if (type.layout == Layout::fixed_list) needed = total * type.list_size;
    for (std::int64_t i = 0; i < array.n_children; ++i)
      if (array.children[i]->length < needed) return damaged("a child is shorter than its parent");
    return {};
  }
};

// What was read so far goes when the rest is damaged.
template <class Struct>
Status settle(Status status, const FlatReader& in, Struct& out) {
  if (status.ok() && !in.at_end()) status = damaged("there is more than was announced");
  if (!status.ok() && out.release) out.release(&out);
  return status;
}

}  // namespace

Result<std::string> encode_schema(const ArrowSchema& schema) {
  FlatWriter out;
  CVG_RETURN_IF_ERROR(write_schema(schema, out, 0));
  return out.take();
}

Result<std::string> encode_array(const ArrowSchema& schema, const ArrowArray& array) {
  FlatWriter out;
  CVG_RETURN_IF_ERROR(write_array(schema, array, out));
  return out.take();
}

Status decode_schema(std::string_view bytes, ArrowSchema& out) {
  out = ArrowSchema{};
  FlatReader in(bytes);
  const Status status = read_schema(in, out, 0);
  return settle(status, in, out);
}

Status decode_array(const ArrowSchema& schema, std::shared_ptr<const std::string> body, ArrowArray& out) {
  out = ArrowArray{};
  FlatReader in(*body);
  const Status status = ArrayReader{in, body}.read(schema, out);
  return settle(status, in, out);
}

}  // namespace cvg
