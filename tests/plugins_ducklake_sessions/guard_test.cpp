#include "guard.h"

#include <gtest/gtest.h>

namespace ducklake {
namespace {

TEST(Guard, BackticksOutsideOfLiteralsBecomeNames) {
  EXPECT_EQ(with_backticks_as_names("SELECT * FROM `a.b`"), "SELECT * FROM \"a\".\"b\"");
  EXPECT_EQ(with_backticks_as_names("SELECT '`x`', \"`\" -- `y`\n/* `z` */ FROM `q\"r`"), "SELECT '`x`', \"`\" -- `y`\n/* `z` */ FROM \"q\"\"r\"");
  EXPECT_EQ(with_backticks_as_names("'it''s `'"), "'it''s `'");
  EXPECT_THROW(with_backticks_as_names("SELECT `a"), convergence::Error);
}

TEST(Guard, DollarQuotesAndEscapedTextsAreLiterals) {
  for (const char* sql : {"SELECT $$a`b`c$$", "SELECT $t$`$$`$t$", "SELECT E'it\\'s `x`'", "SELECT e'''`x`'", "SELECT /* /* `x` */ `y` */ 1"})
    EXPECT_EQ(with_backticks_as_names(sql), sql);
  EXPECT_EQ(with_backticks_as_names("SELECT a$$b, `c`, 'x\\', `d`"), "SELECT a$$b, \"c\", 'x\\', \"d\"");
  EXPECT_EQ(with_backticks_as_names("SELECT $1, `c$1`, $2"), "SELECT $1, \"c$1\", $2");
  EXPECT_EQ(without_end_mark("SELECT $$a -- b$$ ; "), "SELECT $$a -- b$$");
  EXPECT_FALSE(has_several_statements("SELECT $$;$$, E'\\';'"));
  EXPECT_TRUE(has_several_statements("SELECT 'e\\'; SELECT 1 --'"));
}

TEST(Guard, TheEndMarkGoesWithCommentsBehindIt) {
  EXPECT_EQ(without_end_mark("SELECT 1 ; -- x"), "SELECT 1");
  EXPECT_EQ(without_end_mark("SELECT ';' /* ; */"), "SELECT ';'");
  EXPECT_EQ(without_end_mark("SELECT 1 -- x\n + 2;;\n"), "SELECT 1 -- x\n + 2");
  EXPECT_EQ(without_end_mark(" -- only"), "");
}

TEST(Guard, ASemicolonBetweenStatementsIsSeen) {
  EXPECT_TRUE(has_several_statements("SELECT 1; SELECT 2"));
  EXPECT_FALSE(has_several_statements("SELECT ';' /* ; */; -- ;"));
}

TEST(Guard, AStatementIsRefusedByItsFirstWord) {
  try {
    refuse_statement("/* hi */ -- x\n  pivot t ON a");
  } catch (const convergence::Error& e) {
    EXPECT_EQ(std::string(e.what()).substr(0, 6), "PIVOT ");
    EXPECT_EQ(e.code(), CVG_E_DENIED);
  }
  EXPECT_THROW(refuse_statement(""), convergence::Error);
}

convergence::Json tree(const std::string& from) {
  return convergence::Json::parse("{\"statements\":[{\"node\":{\"from_table\":" + from + "}}]}");
}

TEST(Guard, TablesMustBeKnownUnlessTheyAreCtes) {
  VisibleNames names;
  names.dataset = "acme";
  names.relations = {{"acme", "bill"}};
  names.system_relations = {"duckdb_tables"};
  EXPECT_NO_THROW(check_tree(tree(R"({"type":"BASE_TABLE","table_name":"BILL","schema_name":"","catalog_name":""})"), names));
  EXPECT_THROW(check_tree(tree(R"({"type":"BASE_TABLE","table_name":"bill","schema_name":"main","catalog_name":""})"), names), convergence::Error);
  EXPECT_THROW(check_tree(tree(R"({"type":"BASE_TABLE","table_name":"bill","schema_name":"acme","catalog_name":"x"})"), names), convergence::Error);
  EXPECT_THROW(check_tree(tree(R"({"type":"TABLE_FUNCTION","function":{"function_name":"read_csv"}})"), names), convergence::Error);
  EXPECT_NO_THROW(check_tree(tree(R"({"type":"TABLE_FUNCTION","function":{"function_name":"RANGE"}})"), names));
}

TEST(Guard, ExactlyOneStatement) {
  EXPECT_THROW(check_tree(convergence::Json::parse("{\"statements\":[]}"), {}), convergence::Error);
  EXPECT_THROW(check_tree(convergence::Json::parse("{\"statements\":[{},{}]}"), {}), convergence::Error);
}

}  // namespace
}  // namespace ducklake
