#include "core/run/derived_units.h"

#include <algorithm>
#include <vector>

#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/config/sql_lexer.h"

namespace cvg {
namespace {

// What answers by the time, by chance or by the session, and what may read a table without FROM.
constexpr std::string_view telling_words[] = {
    "join", "with", "pivot", "unpivot", "table", "describe", "summarize", "show", "now", "today", "current_date", "current_time", "current_timestamp", "current_localtime", "current_localtimestamp", "localtime",
    "localtimestamp", "get_current_time", "get_current_timestamp", "transaction_timestamp", "random", "setseed", "uuid", "gen_random_uuid",
    "uuidv4", "uuidv7", "nextval", "currval", "current_user", "tablesample", "age"};
constexpr std::string_view words_behind_a_table[] = {"where", "group", "order", "having", "limit", "offset", "qualify", "window", "union",
                                                     "except", "intersect", "select", ")", ";"};

std::vector<std::string> words_of(std::string_view sql) {
  std::vector<std::string> words;
  SqlLexer lexer(sql);
  while (true) {
    const Result<SqlToken> token = lexer.next();
    if (!token.ok()) return {};
    if (token->kind == SqlKind::end) return words;
    if (token->kind != SqlKind::space && token->kind != SqlKind::comment) words.push_back(lower_ascii(token->text));
  }
}

bool is_one_of(const std::string& word, const auto& list) { return std::find(std::begin(list), std::end(list), word) != std::end(list); }

std::size_t after_parentheses(const std::vector<std::string>& words, std::size_t at) {
  int depth = 0;
  for (; at < words.size(); ++at) {
    if (words[at] == "(") ++depth;
    if (words[at] == ")" && --depth == 0) return at + 1;
  }
  return at;
}

}  // namespace

bool reads_input_alone(std::string_view sql) {
  const std::vector<std::string> words = words_of(sql);
  bool found = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_one_of(words[i], telling_words)) return false;
    if (words[i] != "from") continue;
    const bool subquery = i + 1 < words.size() && words[i + 1] == "(";
    if (!subquery && (i + 1 >= words.size() || words[i + 1] != "input")) return false;
    std::size_t behind = subquery ? after_parentheses(words, i + 1) : i + 2;
    if (behind + 1 < words.size() && words[behind] == "as") behind += 2;
    // A comma would bring another table.
    if (behind < words.size() && !is_one_of(words[behind], words_behind_a_table)) return false;
    found = found || !subquery;
  }
  return found;
}

std::string derivation_of(std::string_view sql, std::string_view input_table, const Json& load) {
  return sha256_hex(fmt::format("{}\n{}\n{}", lower_ascii(input_table), load.dump(), sql));
}

}  // namespace cvg
