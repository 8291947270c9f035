#include "core/run/step_inputs.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "core/base/text.h"

namespace cvg {
namespace {

// A word, a quoted name, or one other character; texts and comments are left out.
struct Token {
  std::string text;  // words in lower case, names without their quotes
  bool is_name = false;
  bool is_quoted = false;
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; }

// Behind the closing quote; a doubled one stands for itself.
std::size_t read_quoted(std::string_view sql, std::size_t at, std::string& out) {
  const char quote = sql[at++];
  for (; at < sql.size(); ++at) {
    if (sql[at] == quote && (at + 1 >= sql.size() || sql[at + 1] != quote)) return at + 1;
    if (sql[at] == quote) ++at;
    out += sql[at];
  }
  return at;
}

// Behind a comment that begins here; the same place when none does.
std::size_t skip_comment(std::string_view sql, std::size_t at) {
  const std::string_view rest = sql.substr(at);
  if (rest.starts_with("--")) return at + std::min(rest.find('\n'), rest.size());
  if (rest.starts_with("/*")) return rest.find("*/", 2) == std::string_view::npos ? sql.size() : at + rest.find("*/", 2) + 2;
  return at;
}

std::vector<Token> tokens_of(std::string_view sql) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < sql.size();) {
    if (const std::size_t behind = skip_comment(sql, at); behind != at) {
      at = behind;
    } else if (sql[at] == '\'' || sql[at] == '"' || sql[at] == '`') {
      const bool is_name = sql[at] != '\'';
      std::string text;
      at = read_quoted(sql, at, text);
      if (is_name) tokens.push_back({lower_ascii(text), true, true});
      else tokens.push_back({"'", false, false});
    } else if (is_word(sql[at])) {
      const std::size_t begin = at;
      while (at < sql.size() && is_word(sql[at])) ++at;
      tokens.push_back({lower_ascii(sql.substr(begin, at - begin)), true, false});
    } else {
      if (std::isspace(static_cast<unsigned char>(sql[at])) == 0) tokens.push_back({std::string(1, sql[at]), false, false});
      ++at;
    }
  }
  return tokens;
}

class Tables {
 public:
  explicit Tables(std::string_view sql) : tokens_(tokens_of(sql)) {}

  std::vector<std::string> read() {
    std::set<std::string> queries;  // the names of CTEs
    for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
      if (!tokens_[i].is_name || !is_keyword(i + 1, "as")) continue;
      std::size_t behind = i + 2;
      while (is_keyword(behind, "not") || is_keyword(behind, "materialized")) ++behind;
      if (is_sign(behind, "(")) queries.insert(tokens_[i].text);
    }
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is_keyword(i, "from") || is_keyword(i, "join")) read_list(i + 1);
    }
    std::erase_if(found_, [&](const std::string& name) { return queries.contains(name); });
    return found_;
  }

 private:
  bool is_keyword(std::size_t i, std::string_view word) const { return i < tokens_.size() && tokens_[i].is_name && !tokens_[i].is_quoted && tokens_[i].text == word; }
  bool is_sign(std::size_t i, std::string_view sign) const { return i < tokens_.size() && !tokens_[i].is_name && tokens_[i].text == sign; }
  // What ends a table's place in a list, so that it is no alias.
  bool ends_place(std::size_t i) const {
    constexpr std::array<std::string_view, 20> words{"where", "join", "inner", "left", "right", "full", "cross", "natural", "semi", "anti", "asof", "positional",
                                                     "on", "using", "group", "order", "having", "limit", "union", "window"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return is_keyword(i, word); });
  }
  void read_list(std::size_t i) {
    while (i < tokens_.size() && tokens_[i].is_name) {
      std::string name = tokens_[i++].text;
      while (is_sign(i, ".") && i + 1 < tokens_.size() && tokens_[i + 1].is_name) name = tokens_[i + 1].text, i += 2;
      // A function that answers a table, or the year of EXTRACT(year FROM ...).
      if (!is_sign(i, "(") && std::find(found_.begin(), found_.end(), name) == found_.end()) found_.push_back(name);
      if (is_keyword(i, "as")) ++i;
      if (i < tokens_.size() && tokens_[i].is_name && !ends_place(i)) ++i;
      if (!is_sign(i, ",")) return;
      ++i;
    }
  }

  const std::vector<Token> tokens_;
  std::vector<std::string> found_;
};

std::string bare_uri(std::string uri) {
  uri = uri.substr(0, uri.find_first_of("?#"));
  const std::size_t host = uri.find("://");
  if (host == std::string::npos) return uri;
  const std::size_t end = std::min(uri.find('/', host + 3), uri.size());
  const std::size_t at = uri.rfind('@', end);
  // The container of an Azure address stands where others have a user.
  if (at == std::string::npos || at < host || uri.starts_with("abfs") || uri.starts_with("wasb")) return uri;
  return uri.erase(host + 3, at - host - 2);
}

}  // namespace

std::vector<std::string> tables_in_sql(std::string_view sql) { return Tables(sql).read(); }

Json step_inputs(const Json& spec) {
  Json out = Json::array();
  const std::string input = lower_ascii(spec["input"].text()), uri = spec["source"]["uri"].text();
  if (!input.empty()) out.push(Json::object().set("table", input));
  for (const std::string& table : tables_in_sql(spec["sql"].text())) {
    // Under this name the step reads that table.
    const bool is_input = !input.empty() && (table == "input" || table == input);
    if (!is_input) out.push(Json::object().set("table", table));
  }
  if (!uri.empty()) out.push(Json::object().set("uri", bare_uri(uri)));
  return out;
}

}  // namespace cvg
