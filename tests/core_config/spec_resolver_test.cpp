#include "core/config/spec_resolver.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

std::optional<Value> find(std::string_view name) {
  if (name == "n") return Value{VariableType::integer, "5"};
  if (name == "q") return Value{VariableType::string, "it's"};
  return std::nullopt;
}

TEST(SpecResolver, StringsAtAnyDepthAreResolvedAndKeysAreNot) {
  const auto out = resolve_spec(Json::parse(R"({"{n}":"a {n} b","list":["{q}",{"x":"{{n}"}],"count":"{n}","other":7})"), find);
  ASSERT_TRUE(out.ok()) << out.status().text();
  EXPECT_EQ(out->dump(), R"({"{n}":"a 5 b","list":["it's",{"x":"{n}"}],"count":5,"other":7})");
}

TEST(SpecResolver, SqlIsPlacedByPosition) {
  const auto out = resolve_spec(Json::parse(R"({"sql":"SELECT '{q}', {n}","where":"a = {q}","until_sql":"SELECT {q}",
    "kwargs":{"row_condition":"a = {q}","condition_parser":"sql","unexpected_rows_query":"SELECT {q}"},"text":"{q}"})"), find);
  ASSERT_TRUE(out.ok()) << out.status().text();
  EXPECT_EQ((*out)["sql"].text(), "SELECT 'it''s',  5 ");
  EXPECT_EQ((*out)["where"].text(), "a =  'it''s' ");
  EXPECT_EQ((*out)["until_sql"].text(), "SELECT  'it''s' ");
  EXPECT_EQ((*out)["kwargs"]["row_condition"].text(), "a =  'it''s' ");
  EXPECT_EQ((*out)["kwargs"]["unexpected_rows_query"].text(), "SELECT  'it''s' ");
  EXPECT_EQ((*out)["text"].text(), "it's");
}

TEST(SpecResolver, ErrorsNameThePlace) {
  const auto out = resolve_spec(Json::parse(R"({"a":{"b":["x","{nobody}"]}})"), find);
  EXPECT_EQ(out.status().text(), "a.b[1]: unknown placeholder {nobody}");
  EXPECT_EQ(resolve_spec(Json::parse(R"({"a":{"sql":"SELECT\n{nobody}"}})"), find).status().text(),
            "a.sql: line 2 of the SQL: unknown placeholder {nobody}");
}

TEST(SpecResolver, TextsAreVisitedWithTheirPlaces) {
  std::string seen;
  visit_texts(Json::parse(R"({"a":{"sql":"x"},"b":["y"]})"), [&](const std::string& pointer, FieldKind kind, const std::string& text) {
    seen += pointer + '=' + text + (kind == FieldKind::statement ? "! " : " ");
  });
  EXPECT_EQ(seen, "/a/sql=x! /b/0=y ");
}

}  // namespace
}  // namespace cvg
