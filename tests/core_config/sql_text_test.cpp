#include "core/config/sql_text.h"

#include <gtest/gtest.h>

#include <random>

#include "core/config/sql_lexer.h"

namespace cvg {
namespace {

Result<std::string> placed(std::string_view sql, const Value& v) {
  return place_values(sql, [&](std::string_view name) -> std::optional<Value> {
    return name == "v" ? std::optional(v) : std::nullopt;
  });
}
std::string text(std::string_view sql, const Value& v) {
  const auto out = placed(sql, v);
  return out.ok() ? *out : out.status().text();
}
Value string_value(std::string s) { return {VariableType::string, std::move(s)}; }

TEST(SqlText, PositionDecidesTheForm) {
  EXPECT_EQ(text("WHERE a = '{v}'", string_value("it's")), "WHERE a = 'it''s'");
  EXPECT_EQ(text("WHERE a = E'{v}'", string_value("\\' x")), "WHERE a = E'\\\\'' x'");
  EXPECT_EQ(text("WHERE a = $q${v}$q$", string_value("$q$ '")), "WHERE a = '$q$ '''");
  EXPECT_EQ(text("WHERE a = {v}", string_value("x")), "WHERE a =  'x' ");
  EXPECT_EQ(text("WHERE a = {v}", {VariableType::date, "2025-11-15"}), "WHERE a =  DATE '2025-11-15' ");
  EXPECT_EQ(text("SELECT 1 -{v}", {VariableType::integer, "-5"}), "SELECT 1 - (-5) ");
  EXPECT_EQ(text("SELECT {v}", {VariableType::boolean, "true"}), "SELECT  TRUE ");
  EXPECT_EQ(text("FROM {v}", {VariableType::identifier, "t"}), "FROM  \"t\" ");
  EXPECT_EQ(text("FROM \"{v}\"", string_value("t-1")), "FROM \"t-1\"");
  EXPECT_EQ(text("FROM {v}.t", string_value("9acme")), "FROM \"9acme\".t");
  EXPECT_EQ(text("FROM billing_{v}", string_value("eu")), "FROM billing_eu");
  EXPECT_EQ(text("SELECT {{'a': 1}", string_value("")), "SELECT {'a': 1}");
}

TEST(SqlText, CommentsAreLeftAlone) {
  EXPECT_EQ(text("SELECT 1 -- {v} {nobody}\n", string_value("x\nDROP")), "SELECT 1 -- {v} {nobody}\n");
  EXPECT_EQ(text("/* {v} */ SELECT 1", string_value("*/ DROP")), "/* {v} */ SELECT 1");
}

TEST(SqlText, ValuesThatDoNotFitTheirPositionAreRefused) {
  EXPECT_EQ(text("FROM \"{v}\"", string_value("a\"b")), "line 1 of the SQL: the value of v is no name: 'a\"b'");
  EXPECT_EQ(text("FROM x_{v}", string_value("a b")), "line 1 of the SQL: the value of v makes no name: 'a b'");
  EXPECT_EQ(text("FROM {v}.t", string_value("a;b")), "line 1 of the SQL: the value of v is no name: 'a;b'");
  EXPECT_EQ(text("SELECT\nx{v}'a'", string_value("E")), "line 2 of the SQL: {v} touches a quote");
  EXPECT_EQ(text("SELECT {v}x", string_value("1e9")), "line 1 of the SQL: the value of v makes no name: '1e9'");
  EXPECT_EQ(text("SELECT $a{v}$", string_value("b")), "line 1 of the SQL: {v} touches a quote");
  EXPECT_EQ(text("SELECT {w}", string_value("b")), "line 1 of the SQL: unknown placeholder {w}");
  EXPECT_FALSE(placed("SELECT '{v}'", string_value(std::string("a\0b", 3))).ok());
}

// The kinds of the tokens that count; two texts of the same shape run the same statement.
std::string shape(std::string_view sql) {
  std::string out;
  SqlLexer lexer(sql);
  while (true) {
    const auto token = lexer.next();
    if (!token.ok()) return "unended";
    if (token->kind == SqlKind::end) return out;
    if (token->kind == SqlKind::space) continue;
    const char kind = token->kind == SqlKind::number || token->kind == SqlKind::word ? 'w' : static_cast<char>('a' + static_cast<int>(token->kind));
    out += kind;
    if (token->kind == SqlKind::symbol) out += token->text;
  }
}

const char* const templates[] = {
    "SELECT * FROM t WHERE a = '{v}' AND b = 1",
    "SELECT * FROM t WHERE a = {v} AND b = 1",
    "SELECT * FROM t WHERE a = E'x{v}y\\'' -- {v}\n AND b = '{v}{v}'",
    "SELECT $tag$ {v} $tag$, $${v}$$ FROM t /* {v} */",
    "SELECT \"{v}\", x_{v}, {v}.c, t.{v} FROM t",
    "SELECT 1-{v}, 1/{v}, U&{v}, {v}{v}, '{v}''{v}'",
};

const char* const injections[] = {
    "'; DROP TABLE t; --", "' OR '1'='1", "\\' OR 1=1 --", "\\", "\\\\'", "''", "'", "\"", "\"; DROP TABLE t; --", "*/ DROP TABLE t /*",
    "/*", "--", "\n;DROP TABLE t\n", "\r", "$$", "$tag$", "$tag$; DROP TABLE t; $tag$", "{v}", "{{", "{tenant_id}", "1; DROP TABLE t",
    "1 OR 1=1", "E'", "U&'\\0027'", "x' UESCAPE '!", "\xC2\xA0", "\xE2\x80\x99", "%27", "&#39;", "\x1b", "a\tb", "1e999", "e", "E", "x", "u", "-", "-1", "0x41",
    "NULL", "); DROP TABLE t; --", "' || (SELECT 1) || '", "a'/**/OR/**/'1'='1", "\xEF\xBC\x87", ";", "`", "[", "${v}", "@@version"};

void expect_same_shape(const char* sql, const std::string& value) {
  const std::string benign = shape(text(sql, string_value("x")));
  const auto out = placed(sql, string_value(value));
  if (!out.ok()) return;  // refused: nothing is run
  EXPECT_EQ(shape(*out), benign) << sql << " with " << value << " became " << *out;
}

TEST(SqlText, CorpusOfInjectionsChangesNothingButItsValue) {
  for (const char* sql : templates) {
    for (const char* value : injections) expect_same_shape(sql, value);
  }
}

TEST(SqlText, RandomValuesChangeNothingButThemselves) {
  std::mt19937 random(20251115);
  const std::string alphabet = "'\"\\$;-/*{}()\n\r\tEeU&xqtag0 19_.%\xC2\xA0";
  for (int round = 0; round < 20000; ++round) {
    std::string value;
    for (std::size_t n = random() % 12; n > 0; --n) value += alphabet[random() % alphabet.size()];
    expect_same_shape(templates[random() % std::size(templates)], value);
  }
}

TEST(SqlText, RandomTemplatesKeepTheirShape) {
  std::mt19937 random(7);
  const char* const parts[] = {"'", "''", "\"", "$$", "$a$", "--", "\n", "/*", "*/", "{v}", "{{", "E'", "\\", " ", "x", "1", "-", "(", ")", ";", "."};
  for (int round = 0; round < 200000; ++round) {
    std::string sql;
    for (std::size_t n = random() % 10; n > 0; --n) sql += parts[random() % std::size(parts)];
    if (!placed(sql, string_value("x")).ok()) continue;
    expect_same_shape(sql.c_str(), injections[random() % std::size(injections)]);
  }
}

TEST(SqlText, NamesOutsideCommentsAreListed) {
  EXPECT_EQ(*sql_placeholders("SELECT {a}, '{b}', \"{c}\", $$ {d} $$ -- {e}\n /* {f} */"), (std::vector<std::string>{"a", "b", "c", "d"}));
}

}  // namespace
}  // namespace cvg
