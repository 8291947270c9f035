#include <array>
#include <vector>

#include "core/config/sql_lexer.h"
#include "core/config/sql_text.h"
#include "tests/fuzz/fuzz_targets.h"

namespace cvg {
namespace {

constexpr char separator = '\x1E';  // in front of it: SQL; behind it: the value of its placeholders

// Statements in which a value stands in each position that SQL has for it.
constexpr std::array<std::string_view, 7> statements{
    "SELECT {v}",
    "SELECT '{v}' AS a, 'x{v}y' FROM t",
    "SELECT a FROM t WHERE b = {v} AND c = '{v}' -- {v}\n AND d",
    "SELECT E'a{v}b', {v} /* {v} */ FROM t",
    "SELECT $${v}$$, $q${v}$q$, 'a'",
    "SELECT \"{v}\", \"a{v}b\" FROM t",
    "SELECT 1 FROM t_{v} WHERE a IN ({v},{v})",
};

// The kinds of the tokens that mean something; false: the SQL does not end.
bool kinds_of(std::string_view sql, std::vector<SqlKind>& kinds, std::string& joined) {
  SqlLexer lexer(sql);
  for (;;) {
    const Result<SqlToken> token = lexer.next();
    if (!token.ok()) return false;
    if (token->kind == SqlKind::end) return true;
    joined += token->text;
    const bool is_text = token->kind == SqlKind::text || token->kind == SqlKind::escape_text;
    if (token->kind != SqlKind::space) kinds.push_back(is_text ? SqlKind::text : token->kind);
  }
}

std::string check_statement(std::string_view sql, const Value& value) {
  const auto with = [](const Value& given) { return [given](std::string_view) { return std::optional<Value>(given); }; };
  const Result<std::string> plain = place_values(sql, with({VariableType::string, "x"}));
  const Result<std::string> placed = place_values(sql, with(value));
  if (!placed.ok()) return placed.status().text().empty() ? "a refusal without a reason" : "";
  if (!plain.ok()) return "a value is taken where none can be";
  std::vector<SqlKind> expected, found;
  std::string joined;
  kinds_of(*plain, expected, joined);
  joined.clear();
  if (!kinds_of(*placed, found, joined)) return "a value made the SQL endless: " + *placed;
  if (joined != *placed) return "tokens that are not the text";
  if (found != expected) return "a value became more than a value: " + *placed;
  return {};
}

}  // namespace

std::string fuzz_sql(std::string_view bytes) {
  const std::size_t at = bytes.find(separator);
  const std::string_view sql = bytes.substr(0, at);
  const Value value{VariableType::string, std::string(at == std::string_view::npos ? bytes : bytes.substr(at + 1))};
  for (const std::string_view statement : statements)
    if (std::string problem = check_statement(statement, value); !problem.empty()) return problem;
  std::vector<SqlKind> kinds;
  std::string joined;
  if (kinds_of(sql, kinds, joined) && joined != sql) return "tokens that are not the text";
  const Result<std::string> placed = place_values(sql, [](std::string_view) { return std::optional<Value>(Value{VariableType::string, "x"}); });
  return !placed.ok() && placed.status().text().empty() ? "a refusal without a reason" : "";
}

}  // namespace cvg
