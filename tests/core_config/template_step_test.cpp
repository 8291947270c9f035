#include "core/config/template_step.h"

#include <gtest/gtest.h>

#include "tests/fakes/step_kinds.h"

namespace cvg {
namespace {

TemplateStep read(const std::string& yaml, std::vector<TemplateProblem>* problems = nullptr) {
  const FakeStepKinds kinds;
  const auto document = parse_yaml(yaml, "t.yml");
  TemplateProblems found(*document);
  std::vector<std::string> files;
  TemplateStep step = read_step(document->value, "", {"t.yml", ""}, kinds, files, found);
  if (problems) *problems = found.take();
  return step;
}

TEST(TemplateStep, CommonFieldsAreTakenAndTheRestIsTheKinds) {
  const TemplateStep step = read(
      "{step_id: a, name: First, type: wait, seconds: 1, timeout_minutes: 0.5, on_failure: continue, trigger: always,"
      " retry: {max_attempts: 3, backoff_seconds: 0.25, max_backoff_seconds: 2}}");
  EXPECT_EQ(step.step.id, "a");
  EXPECT_EQ(step.step.name, "First");
  EXPECT_EQ(step.step.timeout_ms, 30000);
  EXPECT_EQ(step.step.on_failure, OnFailure::proceed);
  EXPECT_EQ(step.step.trigger, Trigger::always);
  EXPECT_EQ(step.step.retry.max_attempts, 3);
  EXPECT_EQ(step.step.retry.backoff_ms, 250);
  EXPECT_EQ(step.step.retry.backoff_max_ms, 2000);
  EXPECT_EQ(step.step.spec.dump(), R"({"seconds":1})");
}

TEST(TemplateStep, DefaultsAreOneAttemptAndTenMinutes) {
  const TemplateStep step = read("{step_id: a, type: wait}");
  EXPECT_EQ(step.step.retry.max_attempts, 1);
  EXPECT_EQ(step.step.timeout_ms, 600000);
  EXPECT_TRUE(step.step.enabled);
}

TEST(TemplateStep, PlaceholdersPutTheSchemaCheckOff) {
  std::vector<TemplateProblem> problems;
  const TemplateStep step = read("{step_id: a, type: wait, seconds: '{n}', enabled: '{on}'}", &problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_TRUE(step.check_late);
  EXPECT_EQ(step.enabled_text, "{on}");
}

TEST(TemplateStep, ContradictionsAreProblems) {
  std::vector<TemplateProblem> problems;
  read("{step_id: a, type: wait, timeout_minutes: 1, timeout_seconds: 1, enabled: 'no'}", &problems);
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].message, "timeout_seconds and timeout_minutes are both given");
  EXPECT_EQ(problems[1].message, "must be true, false or one placeholder of a boolean variable");
}

}  // namespace
}  // namespace cvg
