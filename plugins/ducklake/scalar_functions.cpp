#include "scalar_functions.h"

namespace ducklake {

namespace {

// A logical type with its destructor.
class Type {
 public:
  explicit Type(duckdb_type id) : raw_(duckdb_create_logical_type(id)) {}
  explicit Type(duckdb_logical_type raw) : raw_(raw) {}
  ~Type() { duckdb_destroy_logical_type(&raw_); }
  Type(const Type &) = delete;
  Type &operator=(const Type &) = delete;
  duckdb_logical_type raw() const { return raw_; }

 private:
  duckdb_logical_type raw_;
};

duckdb_logical_type result_type(const TextFormat &format) {
  switch (format.kind) {
    case TextKind::decimal: return duckdb_create_decimal_type(38, static_cast<uint8_t>(format.scale));
    case TextKind::bigint: return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    case TextKind::real: return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
    case TextKind::boolean: return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    case TextKind::date: return duckdb_create_logical_type(DUCKDB_TYPE_DATE);
    case TextKind::timestamp: return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP);
    case TextKind::map: {
      const Type text(DUCKDB_TYPE_VARCHAR);
      return duckdb_create_map_type(text.raw(), text.raw());
    }
    case TextKind::text:
    case TextKind::json: break;
  }
  return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
}

// One column of texts of a chunk.
class Texts {
 public:
  explicit Texts(duckdb_vector vector)
      : data_(static_cast<duckdb_string_t *>(duckdb_vector_get_data(vector))), validity_(duckdb_vector_get_validity(vector)) {}
  bool valid(idx_t row) const { return !validity_ || (validity_[row / 64] >> (row % 64) & 1); }
  std::string_view at(idx_t row) const {
    const duckdb_string_t &text = data_[row];
    const uint32_t n = text.value.inlined.length;
    return {n <= 12 ? text.value.inlined.inlined : text.value.pointer.ptr, n};
  }

 private:
  duckdb_string_t *data_;
  uint64_t *validity_;
};

// The validity mask of an output, made when the first NULL comes.
class Nulls {
 public:
  explicit Nulls(duckdb_vector vector) : vector_(vector) {}
  void set(idx_t row) {
    if (!mask_) {
      duckdb_vector_ensure_validity_writable(vector_);
      mask_ = duckdb_vector_get_validity(vector_);
    }
    mask_[row / 64] &= ~(uint64_t{1} << (row % 64));
  }

 private:
  duckdb_vector vector_;
  uint64_t *mask_ = nullptr;
};

const TextFormat &format_of(duckdb_function_info info) {
  return *static_cast<const TextFormat *>(duckdb_scalar_function_get_extra_info(info));
}

// A text with a NUL byte would be stored, but found by no statement that a tenant can write.
constexpr const char *nul_refusal = "has a NUL byte";
bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

void refuse(duckdb_function_info info, std::string_view text, const char *why) {
  // The engine takes the message up to its first NUL byte.
  const std::string message = "the value '" + std::string(text.substr(0, std::min<size_t>(100, text.find('\0')))) + "' " + why;
  duckdb_scalar_function_set_error(info, message.c_str());
}

// Converts each text with parse(text, row) into its slot; parse answers why not, or null.
template <class Parse>
void convert(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output, Parse parse) {
  const TextFormat &format = format_of(info);
  const Texts texts(duckdb_data_chunk_get_vector(input, 0));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  Nulls nulls(output);
  for (idx_t row = 0; row < rows; ++row) {
    const std::string_view text = texts.valid(row) ? trimmed(texts.at(row)) : std::string_view();
    if (means_null(text, format.null_words)) nulls.set(row);
    else if (const char *why = parse(text, row)) return refuse(info, text, why);
  }
}

void run_text(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  convert(info, input, output, [&](std::string_view text, idx_t row) -> const char * {
    if (has_nul(text)) return nul_refusal;
    duckdb_vector_assign_string_element_len(output, row, text.data(), text.size());
    return nullptr;
  });
}

void run_decimal(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const TextFormat &format = format_of(info);
  auto *out = static_cast<Wide *>(duckdb_vector_get_data(output));
  convert(info, input, output, [&](std::string_view text, idx_t row) {
    Wide value = 0;
    const char *why = parse_decimal(text, format.width, format.scale, format.exact, value);
    out[row] = value;
    return why;
  });
}

template <class T, const char *(*Parse)(std::string_view, T &)>
void run_number(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  auto *out = static_cast<T *>(duckdb_vector_get_data(output));
  convert(info, input, output, [&](std::string_view text, idx_t row) { return Parse(text, out[row]); });
}

template <class T, const char *(*Parse)(std::string_view, DayOrder, T &)>
void run_time(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const DayOrder order = format_of(info).order;
  auto *out = static_cast<T *>(duckdb_vector_get_data(output));
  convert(info, input, output, [&](std::string_view text, idx_t row) { return Parse(text, order, out[row]); });
}

// Many columns of texts become one map: an entry for each text that is not NULL.
void run_map(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const TextFormat &format = format_of(info);
  const idx_t rows = duckdb_data_chunk_get_size(input);
  std::vector<Texts> columns;
  for (idx_t c = 0; c < format.keys.size(); ++c) columns.emplace_back(duckdb_data_chunk_get_vector(input, c));
  auto *entries = static_cast<duckdb_list_entry *>(duckdb_vector_get_data(output));
  uint64_t total = 0;
  for (idx_t row = 0; row < rows; ++row) {
    entries[row].offset = total;
    for (const Texts &texts : columns)
      total += texts.valid(row) && !means_null(trimmed(texts.at(row)), format.null_words);
    entries[row].length = total - entries[row].offset;
  }
  duckdb_list_vector_reserve(output, total);
  duckdb_list_vector_set_size(output, total);
  duckdb_vector pairs = duckdb_list_vector_get_child(output);
  duckdb_vector keys = duckdb_struct_vector_get_child(pairs, 0), values = duckdb_struct_vector_get_child(pairs, 1);
  uint64_t at = 0;
  for (idx_t row = 0; row < rows; ++row) {
    for (idx_t c = 0; c < columns.size(); ++c) {
      if (!columns[c].valid(row)) continue;
      const std::string_view text = trimmed(columns[c].at(row));
      if (means_null(text, format.null_words)) continue;
      if (has_nul(text)) return refuse(info, text, nul_refusal);
      duckdb_vector_assign_string_element_len(keys, at, format.keys[c].data(), format.keys[c].size());
      duckdb_vector_assign_string_element_len(values, at++, text.data(), text.size());
    }
  }
}

void run_plain(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const TextFormat &format = format_of(info);
  const Texts texts(duckdb_data_chunk_get_vector(input, 0));
  auto *out = static_cast<bool *>(duckdb_vector_get_data(output));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    if (!texts.valid(row)) {
      out[row] = true;
      continue;
    }
    const std::string_view text = texts.at(row);
    out[row] = !text.empty() && static_cast<unsigned char>(text.front()) > ' ' &&
               static_cast<unsigned char>(text.back()) > ' ' && !means_null(text, format.null_words) && !has_nul(text);
  }
}

duckdb_scalar_function_t body_of(TextKind kind) {
  switch (kind) {
    case TextKind::decimal: return run_decimal;
    case TextKind::bigint: return run_number<int64_t, parse_bigint>;
    case TextKind::real: return run_number<double, parse_real>;
    case TextKind::boolean: return run_number<bool, parse_boolean>;
    case TextKind::date: return run_time<int32_t, parse_date>;
    case TextKind::timestamp: return run_time<int64_t, parse_timestamp>;
    case TextKind::map: return run_map;
    case TextKind::text:
    case TextKind::json: break;
  }
  return run_text;
}

void add(Engine &engine, const std::string &name, const TextFormat &format, const Type &returns,
         duckdb_scalar_function_t body) {
  if (engine.has_function(name)) return;
  duckdb_scalar_function function = duckdb_create_scalar_function();
  const Type text(DUCKDB_TYPE_VARCHAR);
  duckdb_scalar_function_set_name(function, name.c_str());
  if (format.kind == TextKind::map) duckdb_scalar_function_set_varargs(function, text.raw());
  else duckdb_scalar_function_add_parameter(function, text.raw());
  duckdb_scalar_function_set_return_type(function, returns.raw());
  duckdb_scalar_function_set_special_handling(function);
  duckdb_scalar_function_set_extra_info(function, new TextFormat(format),
                                        [](void *p) { delete static_cast<TextFormat *>(p); });
  duckdb_scalar_function_set_function(function, body);
  engine.end_stream();  // what is registered beside a stream goes with its transaction
  const duckdb_state state = duckdb_register_scalar_function(engine.connection(), function);
  duckdb_destroy_scalar_function(&function);
  if (state != DuckDBSuccess) throw Error(CVG_E_PLUGIN, "the engine refuses a conversion function");
  engine.note_function(name);
}

}  // namespace

std::string text_function(Engine &engine, const TextFormat &format) {
  const std::string name = format.name();
  add(engine, name, format, Type(result_type(format)), body_of(format.kind));
  return quoted(name);
}

std::string plain_function(Engine &engine, const TextFormat &format) {
  const std::string name = format.name() + "_plain";
  add(engine, name, format, Type(DUCKDB_TYPE_BOOLEAN), run_plain);
  return quoted(name);
}

}  // namespace ducklake
