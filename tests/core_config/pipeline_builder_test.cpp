#include "core/config/pipeline_builder.h"

#include <gtest/gtest.h>

#include "tests/fakes/step_kinds.h"

namespace cvg {
namespace {

Result<Pipeline> build(std::string_view text, const std::string& parameters = "{}") {
  const FakeStepKinds kinds;
  const TemplateReading reading = read_template(text, {"t.yml", ""}, kinds);
  if (!reading.problems.empty()) return status_of("t.yml", reading.problems);
  PipelineRequest request;
  for (const std::string& name : builtin_names()) {
    if (name != "run_date" && name != "step_id") request.builtins[name] = {VariableType::string, name + "_value"};
  }
  request.parameters = Json::parse(parameters);
  request.today = 20000;  // 2024-10-04
  return build_pipeline(reading.content, request, kinds);
}

constexpr std::string_view with_variables =
    "description: 'for {tenant_id} on {date}'\n"
    "variables:\n  date: {type: date, default: yesterday}\n  n: {type: integer, default: 1}\n  on: {type: boolean, default: true}\n"
    "steps:\n"
    "  - {step_id: a, type: wait, seconds: '{n}', enabled: '{on}'}\n"
    "  - {step_id: b, type: query, sql: \"SELECT '{step_id}', {run_date}\", destination: {table: 't_{n}'}}\n";

TEST(PipelineBuilder, VariablesReachTheSteps) {
  const auto pipeline = build(with_variables, R"({"n":7,"on":"false","date":"2024-02-29"})");
  ASSERT_TRUE(pipeline.ok()) << pipeline.status().text();
  EXPECT_EQ(pipeline->description, "for tenant_id_value on 2024-02-29");
  EXPECT_FALSE(pipeline->steps[0].enabled);
  EXPECT_EQ(pipeline->steps[0].spec.dump(), R"({"seconds":7})");
  EXPECT_EQ(pipeline->steps[1].spec["sql"].text(), "SELECT 'b',  DATE '2024-02-29' ");
  EXPECT_EQ(pipeline->steps[1].spec["destination"]["table"].text(), "t_7");
  EXPECT_EQ(pipeline->values.at("run_date").text, "2024-02-29");
}

TEST(PipelineBuilder, RunDateIsTheDefaultOfDate) { EXPECT_EQ(build(with_variables)->values.at("run_date").text, "2024-10-03"); }

TEST(PipelineBuilder, RequestsAreRefusedWithTheirField) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"nn":1})", "nn: the template declares no such variable; did you mean n?"},
      {R"({"tenant_id":"other"})", "tenant_id: is set by the server and cannot be given"},
      {R"({"n":"x"})", "n: 'x' is not a number"},
      {R"({"n":-1})", "steps.a.seconds: must be at least 0"},
      {R"({"date":"2025-02-30"})", "date: '2025-02-30' is not a date YYYY-MM-DD"},
  };
  for (const auto& [parameters, message] : cases) {
    const auto pipeline = build(with_variables, parameters);
    ASSERT_FALSE(pipeline.ok()) << parameters;
    EXPECT_EQ(pipeline.status().text(), message);
    EXPECT_EQ(pipeline.status().code(), Code::invalid);
  }
}

TEST(PipelineBuilder, TemplatesWithoutVariablesTakeAnyName) {
  EXPECT_TRUE(build("steps: [{step_id: a, type: wait}]", R"({"anything":1,"date":"2025-01-01"})").ok());
}

TEST(PipelineBuilder, ValuesNeverLeaveTheirLiteral) {
  const auto pipeline = build("variables: {v: {}}\nsteps: [{step_id: a, type: query, sql: \"SELECT '{v}'\"}]", R"({"v":"'; DROP TABLE t; --"})");
  ASSERT_TRUE(pipeline.ok());
  EXPECT_EQ(pipeline->steps[0].spec["sql"].text(), "SELECT '''; DROP TABLE t; --'");
}

TEST(PipelineBuilder, SystemTablesAreNoDestination) {
  const auto pipeline = build(
      "variables: {t: {default: x_meta_step_logs}}\nsteps: [{step_id: a, type: query, sql: SELECT 1, destination: {table: '{t}'}}]");
  EXPECT_EQ(pipeline.status().text(), "steps.a.destination.table: the table 'x_meta_step_logs' is written by the system alone");
}

TEST(PipelineBuilder, DeferredStepsTakeOutputsAtTheirStart) {
  const FakeStepKinds kinds;
  const auto pipeline = build("steps:\n  - {step_id: a, type: wait}\n  - {step_id: b, type: query, sql: \"SELECT {steps.a.rows}, '{steps.a.note}'\"}\n");
  ASSERT_TRUE(pipeline.ok()) << pipeline.status().text();
  const Json outputs = Json::parse(R"({"rows":42,"note":"{date}'"})");
  const auto find = [&](std::string_view, std::string_view name) { return outputs.find(std::string(name)); };
  const auto spec = resolve_deferred(pipeline->steps[1], *pipeline, find, kinds);
  ASSERT_TRUE(spec.ok()) << spec.status().text();
  EXPECT_EQ((*spec)["sql"].text(), "SELECT  42 , '{date}'''");
  const auto none = [](std::string_view, std::string_view) -> const Json* { return nullptr; };
  EXPECT_EQ(resolve_deferred(pipeline->steps[1], *pipeline, none, kinds).status().code(), Code::config);
}

}  // namespace
}  // namespace cvg
