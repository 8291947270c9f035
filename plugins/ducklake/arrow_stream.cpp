#include "arrow_stream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "flat_buffer.h"

namespace ducklake {

namespace {

using Places = std::vector<std::size_t>;

// The numbers of the union Type in Arrow's Schema.fbs.
enum class Kind : uint8_t { integer = 2, real = 3, binary = 4, text = 5, boolean = 6, decimal = 7, date = 8, timestamp = 10 };

// How a type of the engine stands in a batch. bytes: of a value; 0 for those of any length, and bits for booleans.
struct Layout {
  duckdb_type id;
  Kind kind;
  uint16_t bytes;
  bool is_signed;
};
constexpr std::array<Layout, 17> layouts{{{DUCKDB_TYPE_BOOLEAN, Kind::boolean, 0, false},
                                          {DUCKDB_TYPE_TINYINT, Kind::integer, 1, true},
                                          {DUCKDB_TYPE_SMALLINT, Kind::integer, 2, true},
                                          {DUCKDB_TYPE_INTEGER, Kind::integer, 4, true},
                                          {DUCKDB_TYPE_BIGINT, Kind::integer, 8, true},
                                          {DUCKDB_TYPE_UTINYINT, Kind::integer, 1, false},
                                          {DUCKDB_TYPE_USMALLINT, Kind::integer, 2, false},
                                          {DUCKDB_TYPE_UINTEGER, Kind::integer, 4, false},
                                          {DUCKDB_TYPE_UBIGINT, Kind::integer, 8, false},
                                          {DUCKDB_TYPE_FLOAT, Kind::real, 4, true},
                                          {DUCKDB_TYPE_DOUBLE, Kind::real, 8, true},
                                          {DUCKDB_TYPE_DECIMAL, Kind::decimal, 16, true},
                                          {DUCKDB_TYPE_DATE, Kind::date, 4, true},
                                          {DUCKDB_TYPE_TIMESTAMP, Kind::timestamp, 8, true},
                                          {DUCKDB_TYPE_TIMESTAMP_TZ, Kind::timestamp, 8, true},
                                          {DUCKDB_TYPE_BLOB, Kind::binary, 0, false},
                                          {DUCKDB_TYPE_VARCHAR, Kind::text, 0, false}}};

const Layout *layout_of(duckdb_type id) {
  const auto *found = std::find_if(layouts.begin(), layouts.end(), [&](const Layout &l) { return l.id == id; });
  return found == layouts.end() ? nullptr : found;
}

uint64_t as_field(int64_t value) { return static_cast<uint64_t>(value); }

// The table of the union Type that belongs to a column.
std::vector<FlatBuffer::Scalar> type_fields(const Layout &layout, const ResultColumn &column) {
  const uint64_t bits = layout.bytes * 8u;
  switch (layout.kind) {
    case Kind::integer: return {{0, 4, bits}, {1, 1, layout.is_signed ? 1u : 0u}};
    case Kind::real: return {{0, 2, layout.bytes == 4 ? 1u : 2u}};
    case Kind::decimal: return {{0, 4, as_field(column.width)}, {1, 4, as_field(column.scale)}, {2, 4, bits}};
    case Kind::date: return {{0, 2, 0}};  // days
    case Kind::timestamp:                 // microseconds
      if (layout.id == DUCKDB_TYPE_TIMESTAMP_TZ) return {{0, 2, 2}, FlatBuffer::reference(1)};
      return {{0, 2, 2}};
    default: return {};
  }
}

void write_field(FlatBuffer &message, const ResultColumn &column) {
  const Layout &layout = *layout_of(column.id);
  Places field, type, none;
  message.table({FlatBuffer::reference(0), {1, 1, 1}, {2, 1, static_cast<uint64_t>(layout.kind)}, FlatBuffer::reference(3), FlatBuffer::reference(5)},
                field);
  message.point(field[0]);
  message.text(column.name);
  message.point(field[3]);
  message.table(type_fields(layout, column), type);
  if (layout.id == DUCKDB_TYPE_TIMESTAMP_TZ) {
    message.point(type[1]);
    message.text("UTC");
  }
  message.point(field[4]);
  message.references(0, none);
}

enum class Header : uint8_t { schema = 1, batch = 3 };

// The root of every message; answers where its header's reference lies.
std::size_t begin_message(FlatBuffer &message, Header header, std::size_t body_bytes) {
  constexpr uint64_t version = 4;  // V5
  Places root;
  message.table({{0, 2, version}, {1, 1, static_cast<uint64_t>(header)}, FlatBuffer::reference(2), {3, 8, body_bytes}}, root);
  return root[2];
}

void put_32(std::string &out, uint32_t value) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

void pad_to_8(std::string &out) {
  while (out.size() % 8 != 0) out += '\0';
}

// A message as the stream frames it: the mark, the length of the metadata, the metadata padded to 8 bytes, the body.
void put_message(std::string &out, const FlatBuffer &message, const std::string &body) {
  std::string metadata = message.bytes();
  pad_to_8(metadata);
  put_32(out, 0xffffffffu);
  put_32(out, static_cast<uint32_t>(metadata.size()));
  out += metadata;
  out += body;
}

void put_schema(std::string &out, const std::vector<ResultColumn> &columns) {
  FlatBuffer message;
  const std::size_t header = begin_message(message, Header::schema, 0);
  Places schema, fields;
  message.point(header);
  message.table({{0, 2, 0}, FlatBuffer::reference(1)}, schema);  // little-endian
  message.point(schema[1]);
  message.references(columns.size(), fields);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    message.point(fields[c]);
    write_field(message, columns[c]);
  }
  put_message(out, message, "");
}

// One batch: the rows of a chunk, column by column.
class Batch {
 public:
  Batch(const Chunk &chunk, idx_t rows) : chunk_(chunk), rows_(rows) {}

  void add(idx_t index, const ResultColumn &column) {
    const Layout &layout = *layout_of(column.id);
    vector_ = duckdb_data_chunk_get_vector(chunk_.raw(), index);
    data_ = static_cast<const char *>(duckdb_vector_get_data(vector_));
    add_validity();
    if (layout.kind == Kind::boolean) add_bits([&](idx_t r) { return data_[r] != 0; });
    else if (layout.kind == Kind::decimal) add_decimals(column);
    else if (layout.bytes == 0) add_texts();
    else add_buffer(std::string(data_, rows_ * layout.bytes));
  }
  void put(std::string &out) const {
    FlatBuffer message;
    const std::size_t header = begin_message(message, Header::batch, body_.size());
    Places batch;
    message.point(header);
    message.table({{0, 8, rows_}, FlatBuffer::reference(1), FlatBuffer::reference(2)}, batch);
    message.point(batch[1]);
    message.pairs(nodes_);
    message.point(batch[2]);
    message.pairs(buffers_);
    put_message(out, message, body_);
  }

 private:
  bool is_set(idx_t row) const {
    uint64_t *validity = duckdb_vector_get_validity(vector_);
    return !validity || duckdb_validity_row_is_valid(validity, row);
  }
  void add_buffer(const std::string &bytes) {
    buffers_.emplace_back(static_cast<int64_t>(body_.size()), static_cast<int64_t>(bytes.size()));
    body_ += bytes;
    pad_to_8(body_);
  }
  template <class Bit>
  void add_bits(const Bit &bit) {
    std::string bits((rows_ + 7) / 8, '\0');
    for (idx_t r = 0; r < rows_; ++r)
      if (bit(r)) bits[r / 8] = static_cast<char>(static_cast<unsigned char>(bits[r / 8]) | (1u << (r % 8)));
    add_buffer(bits);
  }
  void add_validity() {
    int64_t missing = 0;
    for (idx_t r = 0; r < rows_; ++r) missing += is_set(r) ? 0 : 1;
    nodes_.emplace_back(static_cast<int64_t>(rows_), missing);
    if (missing == 0) add_buffer("");
    else add_bits([&](idx_t r) { return is_set(r); });
  }
  void add_texts() {
    std::string offsets, texts;
    put_32(offsets, 0);
    for (idx_t r = 0; r < rows_; ++r) {
      if (is_set(r)) {
        duckdb_string_t value;
        std::memcpy(&value, data_ + r * sizeof value, sizeof value);
        texts.append(duckdb_string_t_data(&value), duckdb_string_t_length(value));
      }
      if (texts.size() > static_cast<std::size_t>(std::numeric_limits<int32_t>::max()))
        throw Error(CVG_E_LIMIT, "the answer is larger than sessions.result_bytes_max");
      put_32(offsets, static_cast<uint32_t>(texts.size()));
    }
    add_buffer(offsets);
    add_buffer(texts);
  }
  // The engine holds a decimal in as few bytes as its digits need; the stream has 16, with the sign carried on.
  void add_decimals(const ResultColumn &column) {
    const std::size_t held = column.width <= 4 ? 2 : column.width <= 9 ? 4 : column.width <= 18 ? 8 : 16;
    std::string values;
    values.reserve(rows_ * 16);
    for (idx_t r = 0; r < rows_; ++r) {
      const char *value = data_ + r * held;
      values.append(value, held);
      values.append(16 - held, (static_cast<unsigned char>(value[held - 1]) & 0x80) != 0 ? '\xff' : '\0');
    }
    add_buffer(values);
  }

  const Chunk &chunk_;
  const idx_t rows_;
  duckdb_vector vector_ = nullptr;
  const char *data_ = nullptr;
  std::vector<std::pair<int64_t, int64_t>> nodes_, buffers_;
  std::string body_;
};

}  // namespace

std::string as_arrow_types(const std::string &sql, const std::vector<ResultColumn> &columns) {
  std::string list, names;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const std::string name = "c" + std::to_string(c), separator = c ? ", " : "";
    const std::string cast = is_nested(columns[c].id) ? "CAST(to_json(" + name + ") AS VARCHAR)"
                             : layout_of(columns[c].id) ? name
                             : is_timestamp(columns[c].id) ? "CAST(" + name + " AS TIMESTAMP)"
                                                           : "CAST(" + name + " AS VARCHAR)";
    names += separator + name;
    list += separator + cast + " AS " + name;
  }
  return "SELECT " + list + " FROM (\n" + sql + "\n) AS answer(" + names + ")";
}

FormattedResult as_arrow(Engine &engine, Result &result, const std::vector<ResultColumn> &columns, const FormatLimits &limits) {
  FormattedResult out;
  put_schema(out.body, columns);
  while (Chunk chunk = engine.fetch(result)) {
    const idx_t rows = std::min<idx_t>(chunk.size(), limits.max_rows - out.rows);
    out.truncated = rows < chunk.size();
    if (rows == 0) break;
    Batch batch(chunk, rows);
    for (idx_t c = 0; c < columns.size(); ++c) batch.add(c, columns[c]);
    std::string message;
    batch.put(message);
    if (out.body.size() + message.size() > limits.max_bytes) {
      if (out.rows == 0) throw Error(CVG_E_LIMIT, "the answer is larger than sessions.result_bytes_max");
      out.truncated = true;
      break;
    }
    out.body += message;
    out.rows += rows;
    if (out.truncated) break;
  }
  put_32(out.body, 0xffffffffu);
  put_32(out.body, 0);
  return out;
}

}  // namespace ducklake
