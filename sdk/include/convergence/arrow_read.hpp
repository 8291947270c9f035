// arrow_read.hpp: reads small Arrow results into JSON values, for plugins that ask the warehouse a question and want its
// answer as rows.  Header-only, C++11, no Arrow library.  Integers and decimals keep every digit (JSON numerals are text);
// dates and timestamps become ISO texts in UTC; lists become arrays; structs and maps become objects.
#ifndef CONVERGENCE_ARROW_READ_HPP
#define CONVERGENCE_ARROW_READ_HPP

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "plugin.hpp"

namespace convergence {

// Owns a stream; releases it once.
class ArrowStream {
 public:
  ArrowStream() { std::memset(&stream_, 0, sizeof stream_); }
  ~ArrowStream() { if (stream_.release) stream_.release(&stream_); }
  ArrowStream(const ArrowStream &) = delete;
  ArrowStream &operator=(const ArrowStream &) = delete;
  ArrowArrayStream *get() { return &stream_; }

 private:
  ArrowArrayStream stream_;
};

// A result in memory: the columns' names and the rows, each a vector of as many values.
struct ArrowRows {
  std::vector<std::string> columns;
  std::vector<std::vector<Json>> rows;
  // The value in a row of the column called name; null when there is no such column.
  const Json &at(std::size_t row, const std::string &name) const {
    static const Json none;
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i] == name) return rows[row][i];
    return none;
  }
};

namespace detail {

inline const void *arrow_buffer(const ArrowArray &a, int i) { return i < a.n_buffers ? a.buffers[i] : nullptr; }

template <class T>
T arrow_value(const ArrowArray &a, int buffer, int64_t i) {
  T v;
  std::memcpy(&v, static_cast<const char *>(arrow_buffer(a, buffer)) + static_cast<std::size_t>(i) * sizeof(T), sizeof v);
  return v;
}

inline bool arrow_is_null(const ArrowArray &a, int64_t i) {
  const uint8_t *bits = static_cast<const uint8_t *>(arrow_buffer(a, 0));
  return a.null_count != 0 && bits && !((bits[i / 8] >> (i % 8)) & 1);
}

// A little-endian two's complement integer of n bytes as a decimal numeral with `scale` fraction digits.
inline std::string arrow_decimal(const unsigned char *bytes, std::size_t n, int scale) {
  std::vector<unsigned char> v(bytes, bytes + n);
  const bool negative = (v[n - 1] & 0x80) != 0;
  if (negative) {
    unsigned carry = 1;
    for (std::size_t i = 0; i < n; ++i) {
      carry += static_cast<unsigned char>(~v[i]);
      v[i] = static_cast<unsigned char>(carry & 0xFF);
      carry >>= 8;
    }
  }
  std::string digits;
  for (bool more = true; more;) {
    unsigned rest = 0;
    more = false;
    for (std::size_t i = n; i-- > 0;) {
      const unsigned x = rest * 256 + v[i];
      v[i] = static_cast<unsigned char>(x / 10);
      rest = x % 10;
      more = more || v[i] != 0;
    }
    digits.insert(digits.begin(), static_cast<char>('0' + rest));
  }
  if (scale > 0) {
    const std::size_t s = static_cast<std::size_t>(scale);
    if (digits.size() <= s) digits.insert(0, s + 1 - digits.size(), '0');
    digits.insert(digits.size() - s, ".");
  }
  return negative ? "-" + digits : digits;
}

// Days since 1970-01-01 as YYYY-MM-DD (proleptic Gregorian; Howard Hinnant's civil_from_days).
inline std::string arrow_date(int64_t days) {
  const int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
  const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153, day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
  char text[80];
  std::snprintf(text, sizeof text, "%04lld-%02lld-%02lld", static_cast<long long>(yoe + era * 400 + (month <= 2 ? 1 : 0)),
                static_cast<long long>(month), static_cast<long long>(day));
  return text;
}

// ticks since midnight; unit is Arrow's letter: s, m, u or n.
inline std::string arrow_time(int64_t ticks, char unit) {
  const int digits = unit == 's' ? 0 : unit == 'm' ? 3 : unit == 'u' ? 6 : 9;
  int64_t per_second = 1;
  for (int i = 0; i < digits; ++i) per_second *= 10;
  const long long seconds = ticks / per_second, fraction = ticks % per_second;
  char text[80];
  std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
  std::string out = text;
  if (fraction != 0) {
    std::snprintf(text, sizeof text, ".%0*lld", digits, fraction);
    out += text;
  }
  return out;
}

inline std::string arrow_timestamp(int64_t ticks, char unit) {
  int64_t per_day = 86400;
  for (int i = unit == 's' ? 0 : unit == 'm' ? 3 : unit == 'u' ? 6 : 9; i > 0; --i) per_day *= 10;
  const int64_t days = ticks / per_day - (ticks % per_day < 0 ? 1 : 0);
  return arrow_date(days) + " " + arrow_time(ticks - days * per_day, unit);
}

inline Json arrow_double(double v) {
  if (std::isnan(v)) return Json("nan");
  if (std::isinf(v)) return Json(v > 0 ? "inf" : "-inf");
  char text[40];
  for (int precision = 15; precision <= 17; ++precision) {  // the shortest form that reads back as the same value
    std::snprintf(text, sizeof text, "%.*g", precision, v);
    if (std::strtod(text, nullptr) == v) break;
  }
  return Json::number(text);
}

template <class Offset>
Json arrow_text(const ArrowArray &a, int64_t i) {
  const Offset begin = arrow_value<Offset>(a, 1, i), end = arrow_value<Offset>(a, 1, i + 1);
  if (begin == end) return Json("");
  return Json(std::string(static_cast<const char *>(arrow_buffer(a, 2)) + begin, static_cast<std::size_t>(end - begin)));
}

inline Json arrow_text_view(const ArrowArray &a, int64_t i) {
  const char *view = static_cast<const char *>(arrow_buffer(a, 1)) + i * 16;
  int32_t fields[4];
  std::memcpy(fields, view, sizeof fields);
  const std::size_t n = static_cast<std::size_t>(fields[0]);
  if (n <= 12) return Json(std::string(view + 4, n));
  return Json(std::string(static_cast<const char *>(arrow_buffer(a, 2 + fields[2])) + fields[3], n));
}

inline Json arrow_read(const ArrowSchema &s, const ArrowArray &a, int64_t row);

template <class Offset>
Json arrow_list(const ArrowSchema &s, const ArrowArray &a, int64_t i) {
  Json out = Json::array();
  const Offset end = arrow_value<Offset>(a, 1, i + 1);
  for (Offset k = arrow_value<Offset>(a, 1, i); k < end; ++k)
    out.push(arrow_read(*s.children[0], *a.children[0], static_cast<int64_t>(k)));
  return out;
}

inline Json arrow_map(const ArrowSchema &s, const ArrowArray &a, int64_t i) {
  Json out = Json::object();
  const int32_t end = arrow_value<int32_t>(a, 1, i + 1);
  for (int32_t k = arrow_value<int32_t>(a, 1, i); k < end; ++k) {
    const int64_t at = k + a.children[0]->offset;
    out.set(arrow_read(*s.children[0]->children[0], *a.children[0]->children[0], at).text(),
            arrow_read(*s.children[0]->children[1], *a.children[0]->children[1], at));
  }
  return out;
}

inline Json arrow_nested(const ArrowSchema &s, const ArrowArray &a, int64_t i) {
  switch (s.format[1]) {
    case 'l': return arrow_list<int32_t>(s, a, i);
    case 'L': return arrow_list<int64_t>(s, a, i);
    case 'm': return arrow_map(s, a, i);
    case 's': {
      Json out = Json::object();
      for (int64_t k = 0; k < s.n_children; ++k)
        out.set(s.children[k]->name ? s.children[k]->name : "", arrow_read(*s.children[k], *a.children[k], i));
      return out;
    }
    default: throw Error(CVG_E_UNSUPPORTED, std::string("Arrow format ") + s.format + " is not read");
  }
}

inline Json arrow_temporal(const ArrowSchema &s, const ArrowArray &a, int64_t i) {
  const std::string f = s.format;
  if (f == "tdD") return Json(arrow_date(arrow_value<int32_t>(a, 1, i)));
  if (f == "tdm") return Json(arrow_date(arrow_value<int64_t>(a, 1, i) / 86400000));
  if (f == "tts" || f == "ttm") return Json(arrow_time(arrow_value<int32_t>(a, 1, i), f[2]));
  if (f == "ttu" || f == "ttn") return Json(arrow_time(arrow_value<int64_t>(a, 1, i), f[2]));
  if (f.compare(0, 2, "ts") == 0) return Json(arrow_timestamp(arrow_value<int64_t>(a, 1, i), f[2]));
  if (f.compare(0, 2, "tD") == 0) return Json(arrow_value<int64_t>(a, 1, i));
  throw Error(CVG_E_UNSUPPORTED, "Arrow format " + f + " is not read");
}

inline Json arrow_fixed_decimal(const ArrowSchema &s, const ArrowArray &a, int64_t i) {
  int precision = 0, scale = 0, bits = 128;
  std::sscanf(s.format, "d:%d,%d,%d", &precision, &scale, &bits);
  const std::size_t n = static_cast<std::size_t>(bits) / 8;
  const unsigned char *p = static_cast<const unsigned char *>(arrow_buffer(a, 1)) + static_cast<std::size_t>(i) * n;
  return Json::number(arrow_decimal(p, n, scale));
}

// The value at a row that is counted from the array's own beginning (its offset is added here).
inline Json arrow_read(const ArrowSchema &s, const ArrowArray &a, int64_t row) {
  const int64_t i = row + a.offset;
  if (s.format[0] == 'n' || arrow_is_null(a, i)) return Json();
  if (s.dictionary && a.dictionary) {
    ArrowSchema index = s;
    index.dictionary = nullptr;
    return arrow_read(*s.dictionary, *a.dictionary, arrow_read(index, a, row).integer());
  }
  switch (s.format[0]) {
    case 'b': return Json(((static_cast<const uint8_t *>(arrow_buffer(a, 1))[i / 8] >> (i % 8)) & 1) != 0);
    case 'c': return Json(static_cast<int64_t>(arrow_value<int8_t>(a, 1, i)));
    case 'C': return Json(static_cast<int64_t>(arrow_value<uint8_t>(a, 1, i)));
    case 's': return Json(static_cast<int64_t>(arrow_value<int16_t>(a, 1, i)));
    case 'S': return Json(static_cast<int64_t>(arrow_value<uint16_t>(a, 1, i)));
    case 'i': return Json(static_cast<int64_t>(arrow_value<int32_t>(a, 1, i)));
    case 'I': return Json(static_cast<int64_t>(arrow_value<uint32_t>(a, 1, i)));
    case 'l': return Json(arrow_value<int64_t>(a, 1, i));
    case 'L': return Json(arrow_value<uint64_t>(a, 1, i));
    case 'f': return arrow_double(arrow_value<float>(a, 1, i));
    case 'g': return arrow_double(arrow_value<double>(a, 1, i));
    case 'u': case 'z': return arrow_text<int32_t>(a, i);
    case 'U': case 'Z': return arrow_text<int64_t>(a, i);
    case 'v': return arrow_text_view(a, i);
    case 'd': return arrow_fixed_decimal(s, a, i);
    case 't': return arrow_temporal(s, a, i);
    case '+': return arrow_nested(s, a, i);
    default: throw Error(CVG_E_UNSUPPORTED, std::string("Arrow format ") + s.format + " is not read");
  }
}

// Releases what a get_schema or get_next filled.
template <class T>
struct ArrowGuard {
  T value;
  ArrowGuard() { std::memset(&value, 0, sizeof value); }
  ~ArrowGuard() { if (value.release) value.release(&value); }
};

}  // namespace detail

// Calls f(const std::vector<Json> &row) for each row of a stream; the stream stays the caller's to release.  Returns the
// columns' names.  CVG_E_DATA with the stream's own words when it fails.
template <class F>
std::vector<std::string> for_each_row(ArrowArrayStream *stream, F f) {
  const auto failed = [stream](int code) {
    const char *words = stream->get_last_error ? stream->get_last_error(stream) : nullptr;
    return Error(CVG_E_DATA, words ? words : "the result ended with error " + std::to_string(code));
  };
  detail::ArrowGuard<ArrowSchema> schema;
  if (const int code = stream->get_schema(stream, &schema.value)) throw failed(code);
  std::vector<std::string> columns;
  for (int64_t c = 0; c < schema.value.n_children; ++c)
    columns.push_back(schema.value.children[c]->name ? schema.value.children[c]->name : "");
  std::vector<Json> row(columns.size());
  for (;;) {
    detail::ArrowGuard<ArrowArray> batch;
    if (const int code = stream->get_next(stream, &batch.value)) throw failed(code);
    if (!batch.value.release) return columns;
    for (int64_t r = 0; r < batch.value.length; ++r) {
      for (int64_t c = 0; c < schema.value.n_children; ++c)
        row[static_cast<std::size_t>(c)] = detail::arrow_read(*schema.value.children[c], *batch.value.children[c], r + batch.value.offset);
      f(row);
    }
  }
}

// Reads a whole stream into memory, of which at most max_rows rows are kept (0: all).
inline ArrowRows read_rows(ArrowArrayStream *stream, std::size_t max_rows = 0) {
  ArrowRows out;
  out.columns = for_each_row(stream, [&out, max_rows](const std::vector<Json> &row) {
    if (max_rows == 0 || out.rows.size() < max_rows) out.rows.push_back(row);
  });
  return out;
}

// Asks the tenant's warehouse and reads the answer.
inline ArrowRows query_rows(const Call &call, const std::string &sql, uint64_t max_rows = 0) {
  ArrowStream stream;
  call.query(sql, stream.get(), max_rows);
  return read_rows(stream.get(), static_cast<std::size_t>(max_rows));
}

}  // namespace convergence
#endif
