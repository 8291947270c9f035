#include "column_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace ducklake {

namespace {

// Reads one type from the front of a text.
class Reader {
 public:
  explicit Reader(const std::string &text) : text_(text) {}

  ColumnType type() {
    ColumnType t;
    t.base = word();
    if (peek() == '(') {
      if (t.base == "STRUCT") fields(t, true);
      else if (t.base == "MAP") fields(t, false);
      else t.parameters = parenthesised();
    }
    skip_spaces();
    // "TIMESTAMP WITH TIME ZONE", "TIME WITH TIME ZONE" and the like are one base of several words.
    while (std::isalpha(static_cast<unsigned char>(peek()))) {
      t.base += " " + word();
      skip_spaces();
    }
    while (peek() == '[') {
      std::string size;
      for (++at_; peek() != ']' && at_ < text_.size(); ++at_) size += peek();
      ++at_;
      ColumnType list{"LIST", size, {}};
      list.fields.emplace_back("", std::move(t));
      t = std::move(list);
    }
    return t;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() {
    while (peek() == ' ') ++at_;
  }
  std::string word() {
    skip_spaces();
    std::string w;
    if (peek() == '"') {
      for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '"' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '"')) break;
        if (text_[at_] == '"') ++at_;
        w += text_[at_];
      }
      ++at_;
      return w;
    }
    while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_')
      w += static_cast<char>(std::toupper(static_cast<unsigned char>(text_[at_++])));
    return w;
  }
  std::string field_name() {
    skip_spaces();
    if (peek() == '"') return word();
    std::string w;
    while (at_ < text_.size() && peek() != ' ') w += text_[at_++];
    return w;
  }
  std::string parenthesised() {
    std::string inside;
    int depth = 1;
    bool in_text = false;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\'') in_text = !in_text;
      if (!in_text) depth += (c == '(') - (c == ')');
      if (depth == 0) break;
      if (c != ' ' || in_text) inside += c;
    }
    ++at_;
    return inside;
  }
  void fields(ColumnType &t, bool named) {
    do {
      ++at_;  // the parenthesis or the comma
      const std::string name = named ? field_name() : std::string();
      t.fields.emplace_back(name, type());
      skip_spaces();
    } while (peek() == ',');
    ++at_;
  }

  const std::string &text_;
  size_t at_ = 0;
};

std::string quoted_field(const std::string &name) {
  std::string out = "\"";
  for (char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + "\" ";
}

bool same(const std::string &a, const std::string &b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::tolower(x) == std::tolower(y);
         });
}

std::pair<int, int> decimal_of(const ColumnType &t) {
  const size_t comma = t.parameters.find(',');
  const int width = t.parameters.empty() ? 18 : std::atoi(t.parameters.c_str());
  const int scale = t.parameters.empty() ? 3 : comma == std::string::npos ? 0 : std::atoi(t.parameters.c_str() + comma + 1);
  return {width, scale};
}

// The rank of whole numbers; -1 for the rest.
int whole_rank(const std::string &base) {
  static constexpr std::array<const char *, 4> ranks = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT"};
  for (size_t i = 0; i < ranks.size(); ++i)
    if (base == ranks[i]) return static_cast<int>(i);
  return -1;
}

// True when every value of `from` is a value of `to` and a lake can widen a column so.
bool widens(const ColumnType &from, const ColumnType &to) {
  const int from_rank = whole_rank(from.base), to_rank = whole_rank(to.base);
  if (from_rank >= 0 && to_rank >= 0) return from_rank <= to_rank;
  if (to.base == "DECIMAL") {
    const auto [width, scale] = decimal_of(to);
    // A BIGINT of a bill (an amount of bytes, a count) has no more than 14 digits; DECIMAL(38,24) is money's only type.
    if (from_rank >= 0) return width - scale >= std::array<int, 4>{3, 5, 10, 14}[static_cast<size_t>(from_rank)];
    if (from.base != "DECIMAL") return false;
    const auto [from_width, from_scale] = decimal_of(from);
    return scale >= from_scale && width - scale >= from_width - from_scale;
  }
  return from.base == "DATE" && to.base == "TIMESTAMP";
}

std::optional<ColumnType> unified_struct(const ColumnType &table, const ColumnType &incoming) {
  ColumnType out = table;
  for (const auto &[name, type] : incoming.fields) {
    const auto mine = std::find_if(out.fields.begin(), out.fields.end(), [&key = name](const auto &f) { return same(f.first, key); });
    if (mine == out.fields.end()) {
      out.fields.emplace_back(name, type);
      continue;
    }
    const std::optional<ColumnType> both = unified(mine->second, type);
    if (!both) return std::nullopt;
    mine->second = *both;
  }
  return out;
}

}  // namespace

ColumnType ColumnType::parse(const std::string &text) {
  ColumnType t = Reader(text).type();
  if (t.base == "NUMERIC") t.base = "DECIMAL";
  return t;
}

std::string ColumnType::text() const {
  if (base == "LIST") return fields[0].second.text() + "[" + parameters + "]";
  std::string out = base;
  if (!parameters.empty()) out += "(" + parameters + ")";
  if (fields.empty()) return out;
  out += "(";
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i) out += ", ";
    if (base == "STRUCT") out += quoted_field(fields[i].first);
    out += fields[i].second.text();
  }
  return out + ")";
}

ColumnType storable(const ColumnType &type) {
  if (type.base == "HUGEINT" || type.base == "UHUGEINT") return {"DECIMAL", "38,0", {}};
  if (type.base == "UBIGINT") return {"DECIMAL", "20,0", {}};
  // A lake that widens FLOAT to DOUBLE keeps bounds that no longer hold the column's values.
  if (type.base == "FLOAT") return {"DOUBLE", "", {}};
  if (type.base == "UTINYINT") return {"SMALLINT", "", {}};
  if (type.base == "USMALLINT") return {"INTEGER", "", {}};
  if (type.base == "UINTEGER") return {"BIGINT", "", {}};
  for (const char *text : {"ENUM", "BIT", "INTERVAL", "BIGNUM", "VARINT", "UNION", "TIME WITH TIME ZONE"})
    if (type.base == text) return {"VARCHAR", "", {}};
  for (const char *time : {"TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
    if (type.base == time) return {"TIMESTAMP", "", {}};
  ColumnType out = type;
  if (out.base == "LIST") out.parameters.clear();
  for (auto &[name, field] : out.fields) {
    field = storable(field);
    // A column whose values are all NULL has no type yet; text holds whatever comes later.
    if (field.base == "NULL") field = {"VARCHAR", "", {}};
  }
  return out;
}

std::optional<ColumnType> unified(const ColumnType &table, const ColumnType &incoming) {
  if (incoming.base == "NULL" || table.text() == incoming.text()) return table;
  if (table.base == "STRUCT" && incoming.base == "STRUCT") return unified_struct(table, incoming);
  if (table.base == incoming.base && (table.base == "LIST" || table.base == "MAP")) {
    ColumnType out = table;
    for (size_t i = 0; i < out.fields.size(); ++i) {
      const std::optional<ColumnType> both = unified(table.fields[i].second, incoming.fields[i].second);
      if (!both) return std::nullopt;
      out.fields[i].second = *both;
    }
    return out;
  }
  if (widens(table, incoming)) return incoming;
  if (widens(incoming, table)) return table;
  return std::nullopt;
}

}  // namespace ducklake
