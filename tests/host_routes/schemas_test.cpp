#include "host/routes/schemas.h"

#include <gtest/gtest.h>

#include <set>

namespace cvg {
namespace {

TEST(Schemas, HaveDistinctNamesAndKnownTypes) {
  std::set<std::string_view> names;
  for (const Schema& schema : schemas()) {
    EXPECT_TRUE(names.insert(schema.name).second) << schema.name;
    std::set<std::string_view> fields;
    for (const FieldDoc& field : schema.fields) EXPECT_TRUE(fields.insert(field.name).second) << schema.name << field.name;
  }
  EXPECT_EQ(find_schema("Nothing"), nullptr);
}

TEST(Misfit, NamesThePlaceThatDoesNotFit) {
  const Json good = *parse_json(R"({"total_checks":15,"passed":15,"failed":0})");
  EXPECT_EQ(misfit("DryrunSummary", good), "");
  EXPECT_EQ(misfit("DryrunSummary", *parse_json(R"({"total_checks":15,"passed":15})")), "reply.failed is missing");
  EXPECT_EQ(misfit("DryrunSummary", *parse_json(R"({"total_checks":1.5,"passed":15,"failed":0})")),
            "reply.total_checks is no integer");
  EXPECT_EQ(misfit("DryrunSummary", *parse_json(R"({"total_checks":1,"passed":1,"failed":0,"x":1})")),
            "reply.x is not in the schema");
  EXPECT_EQ(misfit("[DryrunSummary", good), "reply is no array");
  EXPECT_EQ(misfit("[DryrunSummary", Json::array()), "");
}

TEST(JsonSchema, TellsNullableArraysAndReferences) {
  EXPECT_EQ(json_schema_of_type("date-time?").dump(), R"({"type":["string","null"],"format":"date-time"})");
  EXPECT_EQ(json_schema_of_type("[string]").dump(), R"({"type":"array","items":{"type":"string"}})");
  EXPECT_EQ(json_schema_of_type("[Run").dump(), R"({"type":"array","items":{"$ref":"#/components/schemas/Run"}})");
  EXPECT_EQ(json_schema_of_type("any").dump(), "{}");
  const Json open = json_schema_of(*find_schema("RunRequest"));
  EXPECT_EQ(open.find("additionalProperties"), nullptr);
  EXPECT_EQ(open.find("required"), nullptr);
}

}  // namespace
}  // namespace cvg
