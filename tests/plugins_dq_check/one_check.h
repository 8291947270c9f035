// One expectation over a table of the test.
#pragma once

#include <string>

#include "tests/plugins_query/fake_host.h"

namespace cvg {

// The result of {"type": name, "kwargs": kwargs} over the rows of the SELECT; the run's date is 2025-11-15.
inline convergence::Json one_check(FakeHost &host, const std::string &select, const std::string &name, const std::string &kwargs) {
  host.sql("CREATE OR REPLACE TABLE t AS " + select);
  FakeStep step(host);
  const StepRun r = step.run(R"({"table":"t","expectations":[{"severity":"info","type":")" + name + R"(","kwargs":)" + kwargs + "}]}");
  if (r.status != CVG_OK) return convergence::Json::object().set("error", r.message);
  return r.outputs["dq_results"].items().at(0);
}

}  // namespace cvg
