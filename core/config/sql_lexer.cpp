#include "core/config/sql_lexer.h"

#include "core/base/text.h"
#include "core/config/placeholder.h"

namespace cvg {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The engine reads Unicode's blanks as blanks, which would hide a prefix (E'...') from us: they are refused outside quotes.
bool holds_unicode_blank(std::string_view word) {
  for (const std::string_view blank : {"\xC2\xA0", "\xC2\x85", "\xE1\x9A\x80", "\xE1\xA0\x8E", "\xE2\x80", "\xE2\x81", "\xE3\x80\x80", "\xEF\xBB\xBF"}) {
    if (word.find(blank) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

bool is_sql_name_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

int sql_line_at(std::string_view sql, std::size_t at) {
  return 1 + static_cast<int>(std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(std::min(at, sql.size())), '\n'));
}

SqlToken SqlLexer::take(SqlKind kind, std::size_t end) {
  const SqlToken token{kind, at_, sql_.substr(at_, end - at_)};
  at_ = end;
  return token;
}

Status SqlLexer::unended(const char* what) const {
  return Status(Code::config, fmt::format("line {}: the SQL ends inside a {} that begins here", sql_line_at(sql_, at_), what));
}

Result<SqlToken> SqlLexer::quoted(SqlKind kind, std::size_t quote_at, char quote, bool escapes) {
  for (std::size_t i = quote_at + 1; i < sql_.size(); ++i) {
    if (escapes && sql_[i] == '\\') {
      ++i;
    } else if (sql_[i] == quote) {
      if (i + 1 >= sql_.size() || sql_[i + 1] != quote) return take(kind, i + 1);
      ++i;
    }
  }
  return unended(quote == '"' ? "quoted name" : "quoted text");
}

Result<SqlToken> SqlLexer::dollar() {
  std::size_t tag_end = at_ + 1;
  while (tag_end < sql_.size() && is_sql_name_char(sql_[tag_end])) ++tag_end;
  const bool opens = tag_end < sql_.size() && sql_[tag_end] == '$' && !is_digit(sql_[at_ + 1]);
  if (!opens) return take(SqlKind::symbol, at_ + 1);
  const std::string_view tag = sql_.substr(at_, tag_end - at_ + 1);
  const std::size_t end = sql_.find(tag, tag_end + 1);
  return end == std::string_view::npos ? Result<SqlToken>(unended("dollar-quoted text")) : take(SqlKind::dollar_text, end + tag.size());
}

Result<SqlToken> SqlLexer::block_comment() {
  int depth = 0;
  for (std::size_t i = at_; i + 1 < sql_.size(); ++i) {
    if (sql_[i] == '/' && sql_[i + 1] == '*') {
      ++depth;
      ++i;
    } else if (sql_[i] == '*' && sql_[i + 1] == '/') {
      ++i;
      if (--depth == 0) return take(SqlKind::comment, i + 1);
    }
  }
  return unended("comment");
}

Result<SqlToken> SqlLexer::next() {
  if (at_ >= sql_.size()) return SqlToken{SqlKind::end, at_, {}};
  const char c = sql_[at_];
  const char following = at_ + 1 < sql_.size() ? sql_[at_ + 1] : '\0';
  std::size_t i = at_;
  if (is_space(c)) {
    while (i < sql_.size() && is_space(sql_[i])) ++i;
    return take(SqlKind::space, i);
  }
  if (c == '-' && following == '-') {
    const std::size_t end = sql_.find_first_of("\r\n", at_);
    return take(SqlKind::comment, end == std::string_view::npos ? sql_.size() : end);
  }
  if (c == '/' && following == '*') return block_comment();
  if (c == '\'') return quoted(SqlKind::text, at_, '\'', false);
  if (c == '"') return quoted(SqlKind::quoted_name, at_, '"', false);
  if (c == '$') return dollar();
  if ((c == 'e' || c == 'E') && following == '\'') return quoted(SqlKind::escape_text, at_ + 1, '\'', true);
  if (is_digit(c)) {
    while (i < sql_.size() && (is_sql_name_char(sql_[i]) || sql_[i] == '.')) ++i;
    return take(SqlKind::number, i);
  }
  if (is_sql_name_char(c)) {
    // A dollar sign inside a name belongs to it.
    while (i < sql_.size() && (is_sql_name_char(sql_[i]) || sql_[i] == '$')) ++i;
    if (holds_unicode_blank(sql_.substr(at_, i - at_))) {
      return Status(Code::config, fmt::format("line {}: a Unicode blank or sign stands outside of quotes", sql_line_at(sql_, at_)));
    }
    return take(SqlKind::word, i);
  }
  if (c == '{' && following == '{') return take(SqlKind::brace, at_ + 2);
  if (c == '{') {
    if (const auto found = placeholder_at(sql_, at_)) return take(SqlKind::placeholder, found->end);
  }
  return take(SqlKind::symbol, at_ + 1);
}

}  // namespace cvg
