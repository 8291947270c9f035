// sql.hpp: building SQL text from names and values without ever letting one end its place.  Header-only, C++11.
#ifndef CONVERGENCE_SQL_HPP
#define CONVERGENCE_SQL_HPP

#include <cctype>
#include <cstddef>
#include <string>

#include "plugin.hpp"

namespace convergence {

// "name" with inner quotes doubled.  A NUL byte has no place in an identifier: CVG_E_CONFIG.
inline std::string sql_identifier(const std::string &name) {
  if (name.empty() || name.find('\0') != std::string::npos)
    throw Error(CVG_E_CONFIG, "a table or column name is empty or holds a NUL byte");
  std::string out = "\"";
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '"') out += '"';
    out += name[i];
  }
  return out + '"';
}

// 'text' with inner quotes doubled; backslashes are plain characters.  A NUL byte is joined by chr(0).
inline std::string sql_literal(const std::string &text) {
  std::string out = "'";
  bool joined = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') out += '\'';
    if (text[i] == '\0') {
      out += "' || chr(0) || '";
      joined = true;
      continue;
    }
    out += text[i];
  }
  out += '\'';
  return joined ? "(" + out + ")" : out;
}

// True for [-+]digits[.digits][e[-+]digits], the numerals that JSON and SQL share.
inline bool sql_is_numeral(const std::string &text) {
  std::size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0, digits = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) ++digits;
  if (i < text.size() && text[i] == '.')
    for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) ++digits;
  if (digits == 0) return false;
  if (i == text.size()) return true;
  if (text[i] != 'e' && text[i] != 'E') return false;
  ++i;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  std::size_t exponent = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) ++exponent;
  return exponent > 0 && i == text.size();
}

namespace detail {

// Where the token that begins at i ends: a quoted text, a comment, a dollar-quoted text or one character.
inline std::size_t sql_token_end(const std::string &s, std::size_t i) {
  const char c = s[i];
  if (c == '\'' || c == '"') {
    const bool escapes = c == '\'' && i > 0 && (s[i - 1] == 'e' || s[i - 1] == 'E') &&
                         (i == 1 || !(std::isalnum(static_cast<unsigned char>(s[i - 2])) || s[i - 2] == '_'));
    for (++i; i < s.size(); ++i) {
      if (escapes && s[i] == '\\') { ++i; continue; }
      if (s[i] != c) continue;
      if (i + 1 < s.size() && s[i + 1] == c) { ++i; continue; }
      return i + 1;
    }
    throw Error(CVG_E_CONFIG, c == '"' ? "the SQL ends inside a quoted name" : "the SQL ends inside a quoted text");
  }
  if (c == '-' && s.compare(i, 2, "--") == 0) {
    const std::size_t end = s.find_first_of("\r\n", i);
    return end == std::string::npos ? s.size() : end;
  }
  if (c == '/' && s.compare(i, 2, "/*") == 0) {
    int depth = 0;  // comments nest, as in PostgreSQL
    for (; i < s.size(); ++i) {
      if (s.compare(i, 2, "/*") == 0) { ++depth; ++i; }
      else if (s.compare(i, 2, "*/") == 0) { ++i; if (--depth == 0) return i + 1; }
    }
    throw Error(CVG_E_CONFIG, "the SQL ends inside a comment");
  }
  if (c == '$') {
    std::size_t j = i + 1;
    while (j < s.size() && (std::isalnum(static_cast<unsigned char>(s[j])) || s[j] == '_')) ++j;
    const bool opens = j < s.size() && s[j] == '$' && (j == i + 1 || !std::isdigit(static_cast<unsigned char>(s[i + 1])));
    if (opens) {
      const std::string tag = s.substr(i, j - i + 1);
      const std::size_t end = s.find(tag, j + 1);
      if (end == std::string::npos) throw Error(CVG_E_CONFIG, "the SQL ends inside a dollar-quoted text");
      return end + tag.size();
    }
  }
  return i + 1;
}

}  // namespace detail

// A SELECT in parentheses, ready to stand as a table: "(\n...\n)".  A semicolon at its end is taken away; a second
// statement and parentheses that close what the SELECT did not open are CVG_E_CONFIG.  The line break before the last
// parenthesis keeps a comment at the end of the text from swallowing it.
inline std::string sql_subquery(const std::string &select) {
  std::string body;
  int depth = 0;
  bool ended = false, any = false;
  for (std::size_t i = 0; i < select.size();) {
    const std::size_t end = detail::sql_token_end(select, i);
    const bool comment = end - i >= 2 && (select.compare(i, 2, "--") == 0 || select.compare(i, 2, "/*") == 0);
    const bool blank = end - i == 1 && std::isspace(static_cast<unsigned char>(select[i]));
    if (end - i == 1 && select[i] == ';') {
      ended = true;
      i = end;
      continue;
    }
    if (!comment && !blank) {
      if (ended) throw Error(CVG_E_CONFIG, "the SQL holds more than one statement");
      any = true;
      if (end - i == 1 && select[i] == '(') ++depth;
      if (end - i == 1 && select[i] == ')' && --depth < 0)
        throw Error(CVG_E_CONFIG, "the SQL closes a parenthesis that it did not open");
    }
    body.append(select, i, end - i);
    i = end;
  }
  if (!any) throw Error(CVG_E_CONFIG, "the SQL is empty");
  if (depth != 0) throw Error(CVG_E_CONFIG, "the SQL leaves a parenthesis open");
  return "(\n" + body + "\n)";
}

// The condition that narrows a table to units, an array of {"source","unit"}; empty for an empty array.
inline std::string sql_units(const Json &units) {
  std::string out;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const Json &u = units.items()[i];
    const std::string source = u["source"].text();
    bool seen = false;
    for (std::size_t k = 0; k < i; ++k) seen = seen || units.items()[k]["source"].text() == source;
    if (seen) continue;
    std::string names;
    for (std::size_t k = i; k < units.size(); ++k)
      if (units.items()[k]["source"].text() == source)
        names += (names.empty() ? "" : ", ") + sql_literal(units.items()[k]["unit"].text());
    out += (out.empty() ? "" : " OR ") + std::string("(x_source = ") + sql_literal(source) + " AND x_unit IN (" + names + "))";
  }
  return out.empty() ? out : "(" + out + ")";
}

}  // namespace convergence
#endif
