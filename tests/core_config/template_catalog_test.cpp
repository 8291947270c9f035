#include "core/config/template_catalog.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/step_kinds.h"

namespace cvg {
namespace {

namespace fs = std::filesystem;

class TemplateCatalogTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/template_catalog_XXXXXX";
    root_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(root_ + '/' + path).parent_path());
    std::ofstream(root_ + '/' + path) << text;
  }
  std::string get(const std::string& provider, const std::string& domain, const std::string& name) {
    const auto found = catalog().get(provider, domain, name);
    return found.ok() ? "ok" : std::string(traits(found.status().code()).name) + " " + found.status().text();
  }
  TemplateCatalog& catalog() {
    if (!catalog_) catalog_ = std::make_unique<TemplateCatalog>(std::vector<std::string>{root_ + "/one", root_ + "/two"}, kinds_);
    return *catalog_;
  }
  const std::string good_ = "steps: [{step_id: a, type: wait}]\n";
  std::string root_;
  FakeStepKinds kinds_;
  std::unique_ptr<TemplateCatalog> catalog_;
};

TEST_F(TemplateCatalogTest, ExactPathsAloneAreFound) {
  put("one/gcp/cost/billing.yml", good_);
  EXPECT_EQ(get("gcp", "cost", "billing"), "ok");
  EXPECT_EQ(get("GCP", "Cost", "BILLING"), "ok");
  EXPECT_EQ(get("gcp", "cost", "nothing"), "NOT_FOUND Template not found: gcp/cost/nothing");
  EXPECT_EQ(get("aws", "cost", "billing"), "NOT_FOUND Template not found: aws/cost/billing");
  EXPECT_TRUE(get("gcp", "..", "billing").starts_with("INVALID domain: "));
  EXPECT_TRUE(get("gcp", "cost", "../cost/billing").starts_with("INVALID template: "));
  EXPECT_TRUE(get("", "cost", "billing").starts_with("INVALID provider: "));
}

TEST_F(TemplateCatalogTest, FirstFolderWins) {
  put("two/gcp/cost/billing.yml", "description: second\n" + good_);
  EXPECT_EQ((*catalog().get("gcp", "cost", "billing"))->description, "second");
  put("one/gcp/cost/billing.yml", "description: first\n" + good_);
  EXPECT_EQ((*catalog().get("gcp", "cost", "billing"))->description, "first");
}

TEST_F(TemplateCatalogTest, ChangedFilesAreReadAgainAndUnchangedOnesAreNot) {
  put("one/gcp/cost/q.yml", "steps: [{step_id: a, type: query, sql_file: sql/q.sql}]\n");
  put("one/sql/q.sql", "SELECT 1");
  const auto first = *catalog().get("gcp", "cost", "q");
  EXPECT_EQ(first->steps[0].step.spec["sql"].text(), "SELECT 1");
  EXPECT_EQ(*catalog().get("gcp", "cost", "q"), first);
  put("one/sql/q.sql", "SELECT 22");
  const auto second = *catalog().get("gcp", "cost", "q");
  EXPECT_EQ(second->steps[0].step.spec["sql"].text(), "SELECT 22");
  EXPECT_NE(second->digest, first->digest);
  fs::remove(root_ + "/one/gcp/cost/q.yml");
  EXPECT_EQ(get("gcp", "cost", "q"), "NOT_FOUND Template not found: gcp/cost/q");
}

TEST_F(TemplateCatalogTest, LinksAreRefused) {
  put("outside/secret.yml", good_);
  put("one/gcp/cost/x.yml", good_);
  fs::create_symlink(root_ + "/outside/secret.yml", root_ + "/one/gcp/cost/link.yml");
  fs::create_directory_symlink(root_ + "/outside", root_ + "/one/gcp/linked");
  EXPECT_TRUE(get("gcp", "cost", "link").starts_with("DENIED")) << get("gcp", "cost", "link");
  EXPECT_TRUE(get("gcp", "linked", "secret").starts_with("DENIED")) << get("gcp", "linked", "secret");
  put("one/gcp/cost/q.yml", "steps: [{step_id: a, type: query, sql_file: ../outside/secret.yml}]\n");
  EXPECT_TRUE(get("gcp", "cost", "q").starts_with("CONFIG")) << get("gcp", "cost", "q");
}

TEST_F(TemplateCatalogTest, InvalidOnesAreToldWithFileAndLine) {
  put("one/gcp/cost/bad.yml", "steps:\n  - {step_id: a, type: wiat}\n");
  EXPECT_EQ(get("gcp", "cost", "bad"), "CONFIG gcp/cost/bad.yml:2: steps[0].type: no loaded plugin offers the step kind 'wiat'; did you mean 'wait'?");
}

TEST_F(TemplateCatalogTest, SuitesBecomeExpectations) {
  put("one/gcp/cost/d.yml", "steps: [{step_id: a, type: dq_check, table: t, suite_file: suites/s.json, expectations: [{type: y}]}]\n");
  put("one/suites/s.json", R"({"expectation_suite_name":"s","expectations":[{"expectation_type":"x","kwargs":{}}]})");
  const auto found = catalog().get("gcp", "cost", "d");
  ASSERT_TRUE(found.ok()) << found.status().text();
  EXPECT_EQ((*found)->steps[0].step.spec["expectations"].dump(), R"([{"expectation_type":"x","kwargs":{}},{"type":"y"}])");
}

TEST_F(TemplateCatalogTest, ListsWhatLiesThere) {
  put("one/gcp/cost/b.yml", good_);
  put("two/gcp/cost/b.yml", good_);
  put("two/aws/cost/a.yml", good_);
  put("one/schema/template.schema.json", "{}");
  const auto names = catalog().list();
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0].provider, "aws");
  EXPECT_EQ(names[1].name, "b");
}

TEST_F(TemplateCatalogTest, OneFileIsLinted) {
  put("one/gcp/cost/bad.yml", "steps:\n  - {step_id: a, type: wait, secnds: 1}\n");
  const auto problems = lint_template_file(root_ + "/one/gcp/cost/bad.yml", "", kinds_).problems;
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].line, 2);
  EXPECT_EQ(lint_template_file(root_ + "/nothing.yml", "", kinds_).problems.size(), 1u);
}

}  // namespace
}  // namespace cvg
