#include "core/config/template.h"

#include <gtest/gtest.h>

#include "tests/fakes/step_kinds.h"

namespace cvg {
namespace {

TemplateReading read(std::string_view text) {
  const FakeStepKinds kinds;
  return read_template(text, {"t.yml", ""}, kinds);
}
std::string problems(std::string_view text) {
  std::string out;
  for (const TemplateProblem& p : read(text).problems) out += std::to_string(p.line) + " " + p.field + ": " + p.message + "\n";
  return out;
}

TEST(Template, StepsDependOnTheStepBeforeUnlessTheySayOtherwise) {
  const auto reading = read(
      "steps:\n"
      "  - {step_id: a, type: wait, seconds: 0}\n"
      "  - {step_id: alarm, type: wait, seconds: 0, trigger: on_failure}\n"
      "  - {step_id: b, type: wait, seconds: 0}\n"
      "  - {step_id: c, type: wait, seconds: 0, depends_on: []}\n"
      "  - {step_id: d, type: wait, seconds: 0, depends_on: [a, c]}\n");
  ASSERT_TRUE(reading.problems.empty()) << reading.problems[0].message;
  const auto& steps = reading.content.steps;
  EXPECT_TRUE(steps[0].step.depends_on.empty());
  EXPECT_TRUE(steps[1].step.depends_on.empty());
  EXPECT_EQ(steps[2].step.depends_on, std::vector<std::string>{"a"});
  EXPECT_TRUE(steps[3].step.depends_on.empty());
  EXPECT_EQ(steps[4].step.depends_on.size(), 2u);
  EXPECT_EQ(steps[1].step.trigger, Trigger::on_failure);
}

TEST(Template, ShortFormIsOneQueryStep) {
  const auto reading = read(
      "pipeline_id: '{pipeline_id}'\n"
      "description: 'GCP billing export for {tenant_id}'\n"
      "source:\n  project_id: p\n  dataset: '{tenant_id}'\n  query: \"SELECT * FROM billing WHERE date = '{date}'\"\n"
      "destination:\n  dataset: '{tenant_id}'\n  table: 'billing_export_{date}'\n");
  ASSERT_TRUE(reading.problems.empty()) << reading.problems[0].message;
  ASSERT_EQ(reading.content.steps.size(), 1u);
  EXPECT_EQ(reading.content.steps[0].step.type, "query");
  EXPECT_EQ(reading.content.steps[0].step.spec.dump(),
            R"({"sql":"SELECT * FROM billing WHERE date = '{date}'","destination":{"table":"billing_export_{date}","write_mode":"replace"}})");
}

TEST(Template, ProblemsNameLineFieldAndTheNearestName) {
  const std::pair<const char*, const char*> cases[] = {
      {"stepz: []\n", "1 stepz: is not known; did you mean steps?\n"},
      {"description: x\n", "1 : steps are missing\n"},
      {"steps:\n  - {step_id: a, type: wiat}\n", "2 steps[0].type: no loaded plugin offers the step kind 'wiat'; did you mean 'wait'?\n"},
      {"steps:\n  - step_id: a\n    type: wait\n    secnds: 1\n", "4 steps[0].secnds: is not known; did you mean seconds?\n"},
      {"steps:\n  - step_id: a\n    type: wait\n    seconds: 13\n", "4 steps[0].seconds: 13 brings bad luck\n"},
      {"steps:\n  - {step_id: a, type: wait}\n  - {step_id: A, type: wait}\n", "3 steps[1].step_id: 'A' stands there twice\n"},
      {"steps:\n  - {step_id: aa, type: wait}\n  - {step_id: b, type: wait, depends_on: [ab]}\n",
       "3 steps[1].depends_on[0]: there is no step 'ab'; did you mean 'aa'?\n"},
      {"steps:\n  - {step_id: a, type: wait, depends_on: [b]}\n  - {step_id: b, type: wait, depends_on: [a]}\n",
       "2 steps[0].depends_on: the step 'a' depends on itself through others\n"},
      {"steps:\n  - {step_id: a, type: query, sql: 'SELECT {daet}'}\n", "2 steps[0].sql: unknown placeholder {daet}; did you mean {date}?\n"},
      {"steps:\n  - {step_id: a, type: query, sql: 'DELETE FROM t'}\n",
       "2 steps[0].sql: line 1: DELETE is not allowed: the SQL of a template is one SELECT\n"},
      {"steps:\n  - {step_id: a, type: dq_check, table: t, where: 'a = 1; DROP TABLE t'}\n", "2 steps[0].where: line 1: only one statement is allowed\n"},
      {"steps:\n  - {step_id: a, type: wait}\n  - {step_id: b, type: query, depends_on: [], sql: \"SELECT '{steps.a.rows}'\"}\n",
       "3 steps[1].sql: {steps.a.rows}: the step does not depend on 'a'\n"},
      {"steps:\n  - {step_id: a, type: query, sql_file: ../x.sql}\n",
       "2 steps[0].sql_file: files can be named only by templates that lie in a configs folder\n"
       "2 steps[0].sql: is missing\n"},
      {"variables:\n  x: {default: '{y}'}\nsteps:\n  - {step_id: a, type: wait}\n", "2 variables.x.default: unknown placeholder {y}; did you mean {x}?\n"},
      {"variables:\n  x: {typ: date}\nsteps:\n  - {step_id: a, type: wait}\n", "2 variables.x.typ: is not known; did you mean type?\n"},
      {"a: [\n", "2 : end of sequence flow not found\n"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(problems(text), expected) << text;
}

TEST(Template, CyclesOfVariablesAreToldWithTheirWholeWay) {
  const std::string tail = "steps:\n  - {step_id: s, type: wait}\n";
  EXPECT_EQ(problems("variables:\n  x: {default: '{a}'}\n  a: {default: 'p-{b}'}\n  b:\n    default: '{c}/{a}'\n  c: {default: '1'}\n" + tail),
            "3 variables.a.default: refers to itself (a -> b -> a)\n");
  EXPECT_EQ(problems("variables:\n  a: {default: '{a}'}\n" + tail), "2 variables.a.default: refers to itself (a -> a)\n");
  EXPECT_EQ(problems("variables:\n  a: {default: '{b}{b}'}\n  b: {default: '{c}'}\n  c: {default: '{date}'}\n" + tail), "");
}

TEST(Template, TableNamesThatAreNoneAreRefusedWithTheirLine) {
  EXPECT_EQ(problems("steps:\n  - step_id: a\n    type: query\n    sql: SELECT 1\n    destination:\n      table: 'bad name;'\n"),
            "6 steps[0].destination.table: 'bad name;' is no name of a table: letters, digits, _ and -, at most 128, "
            "the first a letter or _\n");
  EXPECT_EQ(problems("source:\n  query: SELECT 1\ndestination:\n  table: x_meta_step_logs\n"),
            "4 destination.table: the table 'x_meta_step_logs' is written by the system alone\n");
  EXPECT_EQ(problems("source:\n  query: SELECT 1\ndestination:\n  table: 'day {date}'\n"), "");
}

TEST(Template, KindsThatNobodyKnowsAreNotChecked) {
  class NoKinds final : public StepKinds {
   public:
    bool known() const override { return false; }
    const Json* spec_schema(std::string_view) const override { return nullptr; }
    std::vector<std::string> names() const override { return {}; }
    Json plan(std::string_view, const Json&) const override { return Json::array(); }
  };
  const TemplateReading reading = read_template("steps:\n  - {step_id: a, type: wait, depends_on: [beyond]}\n", {"t.yml", ""}, NoKinds());
  ASSERT_EQ(reading.problems.size(), 1u);
  EXPECT_EQ(reading.problems[0].message, "there is no step 'beyond'");
}

TEST(Template, OutputsOfStepsMakeAStepDeferred) {
  const auto reading = read(
      "steps:\n  - {step_id: a, type: wait}\n  - {step_id: b, type: query, sql: \"SELECT {steps.a.rows}\"}\n");
  ASSERT_TRUE(reading.problems.empty()) << reading.problems[0].message;
  EXPECT_FALSE(reading.content.steps[0].step.deferred);
  EXPECT_TRUE(reading.content.steps[1].step.deferred);
}

TEST(Template, DigestFollowsTheContent) {
  EXPECT_EQ(read("steps: [{step_id: a, type: wait}]").content.digest, read("steps: [{step_id: a, type: wait}]").content.digest);
  EXPECT_NE(read("steps: [{step_id: a, type: wait}]").content.digest, read("steps: [{step_id: b, type: wait}]").content.digest);
}

}  // namespace
}  // namespace cvg
