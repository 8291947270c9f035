// How the texts of bills become values: exact, and the same on the fast path (scalar_functions.h) and where the first
// offending line is looked for (csv_fault.h). Pure functions; a returned sentence is why a text is refused, null is success.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ducklake {

__extension__ typedef __int128 Wide;  // the engine's own layout of a DECIMAL of more than 18 digits

enum class TextKind { text, decimal, bigint, real, boolean, date, timestamp, json, map };
enum class DayOrder { ymd, mdy, dmy };

// What a text must become. Equal formats give equal values.
struct TextFormat {
  TextKind kind = TextKind::text;
  int width = 38;      // decimal: digits in all
  int scale = 0;       // decimal: digits after the point
  bool exact = false;  // decimal: digits beyond the scale are refused, not rounded
  DayOrder order = DayOrder::ymd;
  bool bare_object = false;  // json: the outer braces of an object may be missing
  std::vector<std::string> null_words;
  std::vector<std::string> keys;  // map: the key of each argument

  // A name that is equal exactly for equal formats.
  std::string name() const;
};

// The text without white space at its ends.
std::string_view trimmed(std::string_view text);

// True when a trimmed text means NULL: it is empty or one of the words.
bool means_null(std::string_view trimmed_text, const std::vector<std::string> &null_words);

// All take a trimmed, non-empty text.
const char *parse_decimal(std::string_view text, int width, int scale, bool exact, Wide &out);
const char *parse_bigint(std::string_view text, int64_t &out);
const char *parse_real(std::string_view text, double &out);
const char *parse_boolean(std::string_view text, bool &out);
const char *parse_date(std::string_view text, DayOrder order, int32_t &days);
const char *parse_timestamp(std::string_view text, DayOrder order, int64_t &micros);

// Why a text is refused by a format, or null.
const char *refusal(const TextFormat &format, std::string_view text);

}  // namespace ducklake
