// Step `dq_check`: expectations in the Great Expectations vocabulary over the rows that the run is responsible for.
#include <convergence/plugin.hpp>
#include <convergence/sql.hpp>

#include <string>

#include "checker.h"

namespace {

using convergence::Call;
using convergence::Error;
using convergence::Json;

constexpr std::size_t kExpectationsMax = 500;

const char kDescription[] = R"json({
 "summary": "Checks the rows that the run is responsible for against expectations in the Great Expectations vocabulary",
 "config_schema": {"type": "object", "properties": {}, "additionalProperties": false},
 "spec_schema": {
  "type": "object", "required": ["table"], "additionalProperties": false,
  "properties": {
   "table": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,127}$"},
   "where": {"type": "string", "description": "A SQL condition that narrows the rows"},
   "severity": {"type": "string", "enum": ["critical", "warning", "info"],
                "description": "Of expectations that name none (default: critical)"},
   "expectations": {
    "type": "array",
    "items": {
     "type": "object", "additionalProperties": false,
     "properties": {
      "expectation_type": {"type": "string"},
      "type": {"type": "string", "description": "The same, as Great Expectations 1.x writes it"},
      "kwargs": {"type": "object"},
      "meta": {"type": "object", "description": "severity: critical fails the step; warning; info"},
      "severity": {"type": "string", "enum": ["critical", "warning", "info"]},
      "id": {}, "notes": {}, "description": {}, "ge_cloud_id": {}, "expectation_context": {}, "rendered_content": {}
     }
    }
   },
   "suite": {"type": "object", "description": "A Great Expectations suite, in place of expectations"},
   "suite_file": {"description": "A file with such a suite; the host reads it"}
  }
 }
})json";

class DqCheck : public convergence::Step {
 public:
  explicit DqCheck(const Json &) {}
  static Json describe() { return Json::parse(kDescription); }

  Json plan(Call &, const Json &spec) override {
    // A suite file that is still a name is read, and checked, by the host before the run.
    if (spec["suite_file"].is_string() && !spec.find("expectations") && !spec.find("suite")) return Json::array();
    dq::Suite suite = dq::read_suite(with_suite(spec), true);
    if (suite.checks.size() > kExpectationsMax)
      suite.errors.push(Json::object().set("field", "expectations").set("message", "a step takes at most " + std::to_string(kExpectationsMax) + " expectations"));
    try {
      if (spec.find("where")) convergence::sql_subquery(spec["where"].text());
    } catch (const Error &e) {
      suite.errors.push(Json::object().set("field", "where").set("message", e.what()));
    }
    return suite.errors;
  }

  void run(Call &call, const Json &spec, Json &outputs) override {
    const dq::Suite suite = dq::read_suite(with_suite(spec), false);
    if (suite.errors.size() > 0) {
      const Json &first = suite.errors.items()[0];
      throw Error(CVG_E_CONFIG, first["field"].text() + ": " + first["message"].text(), first);
    }
    if (suite.checks.size() > kExpectationsMax)
      throw Error(CVG_E_LIMIT, "a step takes at most " + std::to_string(kExpectationsMax) + " expectations");
    outputs.set("table", spec["table"].text());
    const std::vector<dq::Verdict> verdicts = dq::Checker(call, suite, spec["table"].text(), spec["where"].text()).run();
    dq::Summary summary;
    Json results = Json::array();
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      dq::add(summary, suite.checks[i], verdicts[i]);
      results.push(dq::result_of(suite.checks[i], verdicts[i]));
    }
    outputs.set("passed", summary.passed).set("failed", summary.failed).set("overall_status", summary.status()).set("dq_results", results);
    if (summary.critical_failed > 0)
      throw Error(CVG_E_DATA, std::to_string(summary.critical_failed) + " of " + std::to_string(summary.critical) +
                                  " critical expectations failed: " + summary.failures);
  }

 private:
  static Json with_suite(Json spec) {
    if (spec["suite_file"].is_object() && !spec.find("suite")) spec.set("suite", Json(spec["suite_file"]));
    return spec;
  }
};

const cvg_component *component(uint32_t index) {
  return index == 0 ? convergence::StepThunks<DqCheck>::component("dq_check") : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.dq_check", "1.0.0",
           R"({"id":"convergence.dq_check","version":"1.0.0","abi":"1.0","components":[{"kind":"cvg.step/1","name":"dq_check"}]})",
           &component)
