#include "host/routes/template_routes.h"

#include <filesystem>
#include <fstream>

#include "host/routes/schemas.h"
#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class TemplateRoutesTest : public RouteFixture {
 protected:
  void SetUp() override {
    RouteFixture::SetUp();
    std::filesystem::create_directories(configs.file("aws/cost"));
    std::ofstream(configs.file("aws/cost/cur.yml")) << "variables: {date: {type: date, default: yesterday}}\nsteps: [{step_id: a, type: wait}]\n";
    std::ofstream(configs.file("aws/cost/bad.yml")) << "steps: [{step_id: a, type: wayt}]\n";
  }
  Response validate(const std::string& body) { return post("/api/v1/pipelines/validate", acme_key, body); }
};

TEST_F(TemplateRoutesTest, ListShowsGoodAndBadTemplatesToTenantsOnly) {
  EXPECT_EQ(get("/api/v1/pipelines/templates").status, 401);
  const Json rows = json(get("/api/v1/pipelines/templates", acme_key));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows.items()[0]["valid"].boolean(true), false);
  EXPECT_EQ(rows.items()[1]["template"].text(), "cur");
  EXPECT_EQ(misfit("[TemplateSummary", rows), "");
}

TEST_F(TemplateRoutesTest, OneTemplateTellsWhatItTakes) {
  const Response found = get("/api/v1/pipelines/templates/AWS/cost/cur", acme_key);
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(misfit("Template", json(found)), "");
  EXPECT_EQ(json(found)["variables"].items()[0]["name"].text(), "date");
  EXPECT_EQ(get("/api/v1/pipelines/templates/aws/cost/none", acme_key).status, 404);
  EXPECT_EQ(get("/api/v1/pipelines/templates/aws/cost/b.d", acme_key).status, 400);
}

TEST_F(TemplateRoutesTest, NoAnswerNamesTheFolderOfTheTemplates) {
  for (const char* path : {"/api/v1/pipelines/templates", "/api/v1/pipelines/templates/aws/cost/bad"})
    EXPECT_EQ(get(path, acme_key).body.find(configs.path()), std::string::npos);
  EXPECT_EQ(get("/api/v1/pipelines/templates/aws/cost/bad", acme_key).status, 400);
}

TEST_F(TemplateRoutesTest, ValidateAnswersWithFindings) {
  const Response sound = validate(R"({"template":"steps: [{step_id: a, type: wait}]"})");
  EXPECT_EQ(sound.body, R"({"valid":true,"errors":[],"warnings":[]})");
  const Response wrong = validate(R"({"template":"steps: [{step_id: a, type: wait, secnds: 1}]"})");
  EXPECT_EQ(wrong.status, 200);
  EXPECT_EQ(misfit("TemplateFindings", json(wrong)), "");
  EXPECT_EQ(json(wrong)["errors"].items()[0]["line"].integer(), 1);
  for (const char* body : {"{}", R"({"template":5})", "[]"}) EXPECT_EQ(validate(body).status, 400) << body;
}

}  // namespace
}  // namespace cvg
