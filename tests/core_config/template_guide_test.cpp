#include "core/config/template_guide.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/json_schema.h"
#include "tests/fakes/step_kinds.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

class TemplateGuideTest : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder.file(name + ".yml");
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  TempFolder folder;
  const FakeStepKinds kinds;
  TemplateCatalog catalog{{folder.path()}, kinds};
  const TemplateGuide guide{catalog, kinds};
};

constexpr const char* rich =
    "description: All of it\n"
    "version: 3\n"
    "variables:\n"
    "  date: {type: date, default: yesterday}\n"
    "  team: {type: string, pattern: '^[a-z]+$', description: Whose}\n"
    "  part: {type: integer, default: 4, min: 1, max: 9}\n"
    "  kind: {type: enum, values: [a, b], default: b}\n"
    "  label: {default: '{team}-{part}'}\n"
    "steps:\n"
    "  - {step_id: one, type: query, sql: \"SELECT '{label}', '{kind}', {part}\"}\n"
    "  - {step_id: two, type: wait, depends_on: [one]}\n";

TEST_F(TemplateGuideTest, ListsWhatCanRunAndSaysOfTheRestWhyNot) {
  put("aws/cost/rich", rich);
  put("aws/cost/wrong", "steps:\n  - {step_id: a, type: wayt}\n");
  EXPECT_EQ(guide.list().dump(),
            R"([{"provider":"aws","domain":"cost","template":"rich","description":"All of it","version":"3","valid":true,"problem":null},)"
            R"({"provider":"aws","domain":"cost","template":"wrong","description":"","version":null,"valid":false,)"
            R"("problem":"aws/cost/wrong.yml:2: steps[0].type: no loaded plugin offers the step kind 'wayt'; did you mean 'wait'?"}])");
}

TEST_F(TemplateGuideTest, DescribesVariablesWithTypesDefaultsAndBounds) {
  put("aws/cost/rich", rich);
  const auto found = guide.describe("AWS", "cost", "rich");
  ASSERT_TRUE(found.ok()) << found.status().text();
  const std::vector<Json>& variables = (*found)["variables"].items();
  ASSERT_EQ(variables.size(), 5u);
  EXPECT_EQ(variables[0].dump(), R"({"name":"date","type":"date","required":false,"default":"yesterday","description":"","pattern":null,"min":null,"max":null,"values":null})");
  EXPECT_EQ(variables[1].dump(), R"({"name":"team","type":"string","required":true,"default":null,"description":"Whose","pattern":"^[a-z]+$","min":null,"max":null,"values":null})");
  EXPECT_EQ(variables[2].dump(), R"({"name":"part","type":"integer","required":false,"default":4,"description":"","pattern":null,"min":1,"max":9,"values":null})");
  EXPECT_EQ(variables[3]["values"].dump(), R"(["a","b"])");
  EXPECT_EQ((*found)["steps"].items()[1].dump(), R"({"step_id":"two","name":"two","type":"wait","depends_on":["one"]})");
  EXPECT_EQ(guide.describe("aws", "cost", "poor").status().code(), Code::not_found);
}

TEST_F(TemplateGuideTest, TheSchemaHoldsWhatARunMaySend) {
  put("aws/cost/rich", rich);
  const Json schema = (*guide.describe("aws", "cost", "rich"))["schema"];
  EXPECT_EQ(schema["required"].dump(), R"(["team"])");
  EXPECT_EQ(schema["properties"]["date"].dump(), R"({"type":"string","format":"date"})");
  EXPECT_EQ(schema["properties"]["part"].dump(), R"({"type":"integer","minimum":1,"maximum":9,"default":4})");
  const auto errors = [&](const char* body) { return validate_schema(schema, Json::parse(body)).size(); };
  EXPECT_EQ(errors(R"({"team":"x","date":"2025-01-01","part":9,"kind":"a","trigger_by":"me"})"), 0u);
  EXPECT_EQ(errors(R"({"team":"X"})"), 1u);
  EXPECT_EQ(errors(R"({"part":10,"kind":"c"})"), 3u);
  EXPECT_EQ(errors(R"({"team":"x","taem":"y"})"), 1u);
}

TEST_F(TemplateGuideTest, ValidateTellsErrorsWithLinesAndWhatIsProbablyNotMeant) {
  EXPECT_EQ(guide.validate("steps:\n  - {step_id: a, type: wait}\n").dump(), R"({"valid":true,"errors":[],"warnings":[]})");
  EXPECT_EQ(guide.validate("steps:\n  - {step_id: a, type: wiat}\n").dump(),
            R"({"valid":false,"errors":[{"line":2,"field":"steps[0].type","message":"no loaded plugin offers the step kind 'wiat'; did you mean 'wait'?"}],"warnings":[]})");
  EXPECT_EQ(guide.validate("variables:\n  date: {type: date}\n  spare: {default: x}\nsteps:\n  - {step_id: a, type: wait}\n").dump(),
            R"({"valid":true,"errors":[],"warnings":[{"line":3,"field":"variables.spare","message":"is declared and used nowhere"}]})");
}

TEST_F(TemplateGuideTest, ValidateReadsNoFilesAndBoundsItsAnswer) {
  std::ofstream(folder.file("secret.sql")) << "DROP TABLE t";
  EXPECT_EQ(guide.validate("steps:\n  - {step_id: a, type: query, sql_file: secret.sql}\n").dump(),
            R"({"valid":true,"errors":[],"warnings":[{"line":2,"field":"steps[0].sql_file","message":"names a file, which is not read here: what it holds was not checked"}]})");
  std::string many = "steps: [{step_id: a, type: wait}]\n";
  for (int i = 0; i < 300; ++i) many += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(guide.validate(many)["errors"].size(), template_errors_told_max);
  EXPECT_FALSE(guide.validate(std::string(100000, '[')).find("valid")->boolean());
  EXPECT_FALSE(guide.validate(std::string((2 << 20), 'x')).find("valid")->boolean());
  EXPECT_FALSE(guide.validate("").find("valid")->boolean());
}

}  // namespace
}  // namespace cvg
