#include <convergence/sql.hpp>

#include "tests/plugins_query/fake_host.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

using namespace convergence;

TEST(Sql, HostileTextsStayTheirOwnValue) {
  FakeHost host;
  for (const std::string &text : {std::string("it's"), std::string("'; DROP TABLE x; --"), std::string("a\\'b"), std::string("\"q\""),
                                 std::string("line\nbreak"), std::string("\xF0\x9F\x92\xB0"), std::string("a\0b", 3), std::string()}) {
    EXPECT_EQ(host.rows("SELECT " + sql_literal(text)).rows.at(0).at(0).text(), text);
    if (text.empty() || text.find('\0') != std::string::npos) {
      EXPECT_THROW(sql_identifier(text), Error);
      continue;
    }
    EXPECT_EQ(host.rows("SELECT 1 AS " + sql_identifier(text)).columns.at(0), text);
  }
}

TEST(Sql, SubqueryKeepsCommentsAndQuotesFromReachingOut) {
  FakeHost host;
  for (const char *select : {"SELECT 7 -- the end", "SELECT 7 /* a /* nested */ one */", "SELECT 7;", "SELECT 7 ; ; -- done",
                             "SELECT 7 AS \"a;b)\" WHERE ';)' <> '('", "WITH a AS (SELECT 7) SELECT * FROM a",
                             "SELECT 7 WHERE $$;)$$ <> $x$ ' $x$", "SELECT 7 WHERE e'\\'' <> ')'"})
    EXPECT_EQ(host.rows("SELECT * FROM " + sql_subquery(select)).rows.at(0).at(0).text(), "7") << select;
}

TEST(Sql, SubqueryRefusesWhatIsNoSingleSelect) {
  for (const char *select : {"", " ; ", "-- only words", "SELECT 1; SELECT 2", "SELECT 1) UNION (SELECT 2", "SELECT (1", "SELECT 'a",
                             "SELECT \"a", "SELECT 1 /* a", "SELECT $$a"})
    EXPECT_THROW(sql_subquery(select), Error) << select;
}

TEST(Sql, NumeralsAreToldFromTexts) {
  for (const char *good : {"0", "-1", "+3", "1.50", ".5", "5.", "1e9", "1.5E-3"}) EXPECT_TRUE(sql_is_numeral(good)) << good;
  for (const char *bad : {"", "-", ".", "1e", "e5", "0x10", "1 ", "1;2", "NaN"}) EXPECT_FALSE(sql_is_numeral(bad)) << bad;
}

TEST(Sql, UnitsOfOneSourceShareOneCondition) {
  EXPECT_EQ(sql_units(Json::array()), "");
  EXPECT_EQ(sql_units(Json::parse(R"([{"source":"a","unit":"1"},{"source":"b'","unit":"1"},{"source":"a","unit":"2"}])")),
            "((x_source = 'a' AND x_unit IN ('1', '2')) OR (x_source = 'b''' AND x_unit IN ('1')))");
}

}  // namespace
}  // namespace cvg
