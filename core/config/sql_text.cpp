#include "core/config/sql_text.h"

#include "core/base/text.h"
#include "core/config/placeholder.h"
#include "core/config/sql_lexer.h"

namespace cvg {
namespace {

constexpr std::size_t name_bytes_max = 128;

bool is_name_part(std::string_view text, bool hyphens) {
  return !text.empty() && text.size() <= name_bytes_max && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (hyphens && c == '-');
  });
}

std::string doubled(std::string_view text, char quote) {
  std::string out;
  for (const char c : text) {
    if (c == quote) out += c;
    out += c;
  }
  return out;
}

std::string quoted_text(std::string_view text) { return "'" + doubled(text, '\'') + "'"; }

class Placer {
 public:
  Placer(std::string_view sql, const FindValue& find) : sql_(sql), find_(find) {}

  Result<std::string> place() {
    SqlLexer lexer(sql_);
    while (true) {
      CVG_ASSIGN(const SqlToken token, lexer.next());
      switch (token.kind) {
        case SqlKind::end: return std::move(out_);
        case SqlKind::text: CVG_RETURN_IF_ERROR(place_inside(token, 1, doubled_quote)); break;
        case SqlKind::escape_text: CVG_RETURN_IF_ERROR(place_inside(token, 2, escaped)); break;
        case SqlKind::dollar_text: CVG_RETURN_IF_ERROR(place_in_dollar_text(token)); break;
        case SqlKind::quoted_name: CVG_RETURN_IF_ERROR(place_in_name(token)); break;
        case SqlKind::placeholder: CVG_RETURN_IF_ERROR(place_bare(token)); break;
        case SqlKind::brace: out_ += '{'; break;
        default: out_ += token.text;
      }
    }
  }

 private:
  static std::string doubled_quote(const std::string& text) { return doubled(text, '\''); }
  static std::string escaped(const std::string& text) { return doubled(doubled(text, '\\'), '\''); }

  Status refuse(std::size_t at, const std::string& what) const {
    return Status(Code::invalid, fmt::format("line {} of the SQL: {}", sql_line_at(sql_, at), what));
  }
  Result<Value> value_of(std::string_view name, std::size_t at) const {
    std::optional<Value> value = find_(name);
    if (!value) return refuse(at, fmt::format("unknown placeholder {{{}}}", name));
    if (value->text.find('\0') != std::string::npos) return refuse(at, fmt::format("the value of {} holds a NUL byte", name));
    return std::move(*value);
  }

  // The backslash of the template would escape the first character of a value.
  static bool backslash_meets_brace(std::string_view inner) {
    for (std::size_t i = 0; i + 1 < inner.size(); ++i) {
      if (inner[i] != '\\') continue;
      if (inner[i + 1] == '{') return true;
      ++i;
    }
    return false;
  }

  // The text between the quotes, each value as encode makes it.
  Status place_inside(const SqlToken& token, std::size_t prefix, std::string (*encode)(const std::string&)) {
    const std::string_view inner = token.text.substr(prefix, token.text.size() - prefix - 1);
    if (encode == escaped && backslash_meets_brace(inner)) return refuse(token.begin, "a backslash stands before a brace");
    Result<std::string> text = replace_placeholders(inner, [&](std::string_view name) -> Result<std::string> {
      CVG_ASSIGN(const Value value, value_of(name, token.begin));
      return encode(value.text);
    });
    if (!text.ok()) return text.status();
    out_ += token.text.substr(0, prefix);
    out_ += *text;
    out_ += '\'';
    return {};
  }

  // A dollar-quoted text has no escape, so it becomes a plain one as soon as a value stands in it.
  Status place_in_dollar_text(const SqlToken& token) {
    const std::size_t tag = token.text.find('$', 1) + 1;
    const std::string_view inner = token.text.substr(tag, token.text.size() - 2 * tag);
    if (placeholder_names(inner).empty() && inner.find("{{") == std::string_view::npos) {
      out_ += token.text;
      return {};
    }
    Result<std::string> text = replace_placeholders(inner, [&](std::string_view name) -> Result<std::string> {
      CVG_ASSIGN(const Value value, value_of(name, token.begin));
      return value.text;
    });
    if (!text.ok()) return text.status();
    out_ += quoted_text(*text);
    return {};
  }

  Status place_in_name(const SqlToken& token) {
    const std::string_view inner = token.text.substr(1, token.text.size() - 2);
    Result<std::string> text = replace_placeholders(inner, [&](std::string_view name) -> Result<std::string> {
      CVG_ASSIGN(const Value value, value_of(name, token.begin));
      if (!is_name_part(value.text, true)) return refuse(token.begin, fmt::format("the value of {} is no name: '{}'", name, value.text));
      return value.text;
    });
    if (!text.ok()) return text.status();
    out_ += '"' + *text + '"';
    return {};
  }

  char at(std::size_t i) const { return i < sql_.size() ? sql_[i] : ' '; }
  static bool in_run(char c) { return is_sql_name_char(c) || c == '$'; }

  // The token shares a name with its neighbours.  A name that is built of values may not begin with a digit, hold a dollar sign or touch a quote: each would let a value decide where the next literal ends.
  Status check_glued(const SqlToken& token, std::string_view name, const Value& value) const {
    std::size_t begin = token.begin, end = token.begin + token.text.size();
    while (begin > 0 && in_run(sql_[begin - 1])) --begin;
    while (end < sql_.size() && in_run(sql_[end])) ++end;
    const std::string_view run = sql_.substr(begin, end - begin);
    const char left = begin > 0 ? sql_[begin - 1] : ' ';
    if (is_quote(left) || is_quote(at(end)) || run.find('$') != std::string_view::npos) {
      return refuse(token.begin, fmt::format("{{{}}} touches a quote", name));
    }
    const char first = begin == token.begin ? value.text.c_str()[0] : run[0];
    if ((first >= '0' && first <= '9') || !is_name_part(value.text, false)) {
      return refuse(token.begin, fmt::format("the value of {} makes no name: '{}'", name, value.text));
    }
    return {};
  }

  Status place_bare(const SqlToken& token) {
    const std::string_view name = token.text.substr(1, token.text.size() - 2);
    CVG_ASSIGN(const Value value, value_of(name, token.begin));
    const char left = token.begin > 0 ? sql_[token.begin - 1] : ' ', right = at(token.begin + token.text.size());
    if (in_run(left) || in_run(right)) {
      CVG_RETURN_IF_ERROR(check_glued(token, name, value));
      out_ += value.text;
    } else if (left == '.' || right == '.') {
      if (!is_name_part(value.text, false)) return refuse(token.begin, fmt::format("the value of {} is no name: '{}'", name, value.text));
      out_ += '"' + value.text + '"';
    } else {
      // Blanks around it: a literal must not meet a prefix (E, U&) or a minus sign.
      out_ += ' ' + sql_literal(value) + ' ';
    }
    return {};
  }
  static bool is_quote(char c) { return c == '\'' || c == '"' || c == '$'; }

  std::string_view sql_;
  const FindValue& find_;
  std::string out_;
};

}  // namespace

std::string sql_literal(const Value& value) {
  switch (value.type) {
    case VariableType::integer:
    case VariableType::number: return value.text.starts_with('-') ? "(" + value.text + ")" : value.text;
    case VariableType::boolean: return upper_ascii(value.text);
    case VariableType::date: return "DATE " + quoted_text(value.text);
    case VariableType::identifier: return '"' + value.text + '"';
    default: return quoted_text(value.text);
  }
}

Result<std::string> place_values(std::string_view sql, const FindValue& find) { return Placer(sql, find).place(); }

Result<std::vector<std::string>> sql_placeholders(std::string_view sql) {
  std::vector<std::string> names;
  SqlLexer lexer(sql);
  while (true) {
    CVG_ASSIGN(const SqlToken token, lexer.next());
    if (token.kind == SqlKind::end) return names;
    if (token.kind == SqlKind::comment) continue;
    const bool holds = token.kind == SqlKind::placeholder || token.kind == SqlKind::text || token.kind == SqlKind::escape_text ||
                       token.kind == SqlKind::dollar_text || token.kind == SqlKind::quoted_name;
    if (!holds) continue;
    for (const std::string_view name : placeholder_names(token.text)) names.emplace_back(name);
  }
}

}  // namespace cvg
