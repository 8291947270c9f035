#include "core/config/sql_lexer.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

// One letter a token; blanks are left out.
std::string kinds(std::string_view sql) {
  std::string out;
  SqlLexer lexer(sql);
  while (true) {
    const auto token = lexer.next();
    if (!token.ok()) return token.status().text();
    if (token->kind == SqlKind::end) return out;
    if (token->kind != SqlKind::space) out += "  cwntedqpb."[static_cast<int>(token->kind)];
  }
}

TEST(SqlLexer, TokensAreCut) {
  EXPECT_EQ(kinds("SELECT a, 1.5e3 FROM \"b\"\"c\" WHERE d = 'it''s'"), "ww.nwqww.t");
  EXPECT_EQ(kinds("-- x\nSELECT /* a /* b */ c */ 1"), "cwcn");
  EXPECT_EQ(kinds("SELECT E'it\\'s' || e'' || nameE'x'"), "we..e..wt");
  EXPECT_EQ(kinds("SELECT $$ ' $$, $a$ $b$ $a$, $1, a$$b"), "wd.d..n.w");
  EXPECT_EQ(kinds("{date} {{ {4} '{date}'"), "pb.n.t");
  EXPECT_EQ(kinds("-- ends at a carriage return\r'x'"), "ct");
}

TEST(SqlLexer, UnendedTextsAreRefusedWithTheirLine) {
  EXPECT_EQ(kinds("SELECT\n'x"), "line 2: the SQL ends inside a quoted text that begins here");
  EXPECT_EQ(kinds("\"x"), "line 1: the SQL ends inside a quoted name that begins here");
  EXPECT_EQ(kinds("/* /* */"), "line 1: the SQL ends inside a comment that begins here");
  EXPECT_EQ(kinds("$a$ x"), "line 1: the SQL ends inside a dollar-quoted text that begins here");
}

TEST(SqlLexer, UnicodeBlanksOutsideQuotesAreRefused) {
  EXPECT_EQ(kinds("SELECT\xC2\xA0" "E'a'"), "line 1: a Unicode blank or sign stands outside of quotes");
  EXPECT_EQ(kinds("SELECT '\xC2\xA0', stra\xC3\x9F" "e"), "wt.w");
}

}  // namespace
}  // namespace cvg
