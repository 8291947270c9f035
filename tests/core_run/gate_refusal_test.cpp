#include <gtest/gtest.h>

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class GateRefusalTest : public RunFixture {
 protected:
  bool is_refused(const cvg::Run& ended, const std::string& id) { return (*parse_json(step(ended, id).metadata_json))["gate_refused"].boolean(); }
};

// Bug: the steps of a gated run that published nothing told of tables and rows as if it had.
TEST_F(GateRefusalTest, StandsInTheStepsThatHadEndedWell) {
  put_template("bad", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t}\n  - {step_id: b, type: fail}\n"
                      "  - {step_id: note, type: write, table: notes, trigger: on_failure}\n");
  const cvg::Run ended = run(add_tenant("acme"), "bad");
  EXPECT_EQ(states(ended), "a:COMPLETE b:FAILED note:COMPLETE");
  EXPECT_TRUE(is_refused(ended, "a"));
  EXPECT_FALSE(is_refused(ended, "b"));
  EXPECT_FALSE(is_refused(ended, "note"));
}

TEST_F(GateRefusalTest, StandsThereTooWhenThePublicationItselfFails) {
  put_template("good", "gate: true\nsteps: [{step_id: a, type: write, table: t}]\n");
  const Tenant tenant = add_tenant("acme");
  warehouse.fail_commits(1, Status(Code::unavailable, "the disk is full"), false);
  EXPECT_TRUE(is_refused(run(tenant, "good"), "a"));
  EXPECT_FALSE(is_refused(run(tenant, "good"), "a"));
}

}  // namespace
}  // namespace cvg
