// SqlLexer: cuts SQL (DuckDB's and PostgreSQL's lexical rules) into tokens, with template placeholders as tokens of their
// own outside of quotes and comments.  Tokens point into the text.  One thread an object.
#pragma once

#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

enum class SqlKind : std::uint8_t {
  end,
  space,
  comment,      // to the line's end, or /* */, which nest
  word,         // a keyword, an unquoted name
  number,
  text,         // '...'
  escape_text,  // E'...', where a backslash escapes
  dollar_text,  // $tag$...$tag$
  quoted_name,  // "..."
  placeholder,  // {name}
  brace,        // {{, a literal brace
  symbol,       // any other character
};

struct SqlToken {
  SqlKind kind = SqlKind::end;
  std::size_t begin = 0;
  std::string_view text;  // all of it, with quotes, prefix and tags
};

class SqlLexer {
 public:
  explicit SqlLexer(std::string_view sql) : sql_(sql) {}
  // Code::config for a text, name or comment that does not end.
  Result<SqlToken> next();

 private:
  Result<SqlToken> quoted(SqlKind kind, std::size_t quote_at, char quote, bool escapes);
  Result<SqlToken> dollar();
  Result<SqlToken> block_comment();
  SqlToken take(SqlKind kind, std::size_t end);
  Status unended(const char* what) const;

  std::string_view sql_;
  std::size_t at_ = 0;
};

bool is_sql_name_char(char c);  // a letter, a digit, _ or a byte above 127
int sql_line_at(std::string_view sql, std::size_t at);  // from 1

}  // namespace cvg
