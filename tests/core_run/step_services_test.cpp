#include "core/run/step_services.h"

#include <convergence/derive_units.h>

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class StepServicesTest : public RunFixture {};

TEST_F(StepServicesTest, LaterStepsSeeTheUnitsOfEarlierOnes) {
  std::string seen;
  components.steps["look"] = [&](cvg_call* call, const Json& spec, Json&) {
    seen = convergence::Call(&host_table(), call).run_units(spec["table"].text()).dump();
    return Status();
  };
  put_template("units", "steps:\n  - {step_id: a, type: write, table: T, unit: '2025-10'}\n  - {step_id: b, type: look, table: t}\n");
  EXPECT_EQ(run(add_tenant("acme"), "units").state, RunState::complete);
  EXPECT_EQ(seen, R"([{"source":"s","unit":"2025-10"}])");
}

// Derives u and v of daily from those of raw.
class DerivedUnitsTest : public StepServicesTest {
 protected:
  void SetUp() override {
    StepServicesTest::SetUp();
    components.steps["derive"] = [](cvg_call* call, const Json& spec, Json& outputs) {
      const std::string table = spec["table"].text_or("daily"), input = spec["input"].text_or("raw"), sql = spec["query"].text();
      const std::string units = R"([{"source":"s","unit":"u"},{"source":"s","unit":"v"}])";
      outputs.set("rows", ingest(call, CVG_DERIVE_UNITS, table, input, units, sql));
      return Status();
    };
    components.steps["rewrite"] = [](cvg_call* call, const Json& spec, Json& outputs) {
      const std::string table = spec["table"].text(), keys = R"(["k"])";
      const std::uint32_t mode = spec["keys"].is_null() ? CVG_REPLACE_TABLE : CVG_MERGE;
      outputs.set("rows", ingest(call, mode, table, "", mode == CVG_MERGE ? keys : "", "ROWS 1"));
      return Status();
    };
    put_template("load", "steps:\n  - {step_id: a, type: write, table: raw, unit: u}\n  - {step_id: b, type: write, table: raw, unit: v}\n");
    put_template("load_u", "steps: [{step_id: a, type: write, table: raw, unit: u}]\n");
    put_template("one", derive("SELECT 1 FROM input"));
    put_template("two", derive("SELECT 2 FROM input"));
    put_template("clock", derive("SELECT now() FROM input"));
    put_template("replace_daily", "steps: [{step_id: a, type: rewrite, table: Daily}]\n");
    put_template("merge_raw", "steps: [{step_id: a, type: rewrite, table: raw, keys: [k]}]\n");
    tenant = add_tenant("acme");
  }
  static std::string derive(const std::string& sql) { return "steps: [{step_id: b, type: derive, query: '" + sql + "'}]\n"; }
  static std::int64_t ingest(cvg_call* call, std::uint32_t mode, const std::string& table, const std::string& source, const std::string& keys,
                             const std::string& sql) {
    cvg_ingest request;
    std::memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.mode = mode;
    request.table = convergence::str(table);
    request.source = convergence::str(source);
    request.keys_json = convergence::str(keys);
    request.sql = convergence::str(sql);
    return convergence::Call(&host_table(), call).ingest(request);
  }
  std::int64_t published_by(const char* name) {
    const std::int64_t before = warehouse.publications();
    EXPECT_EQ(run(tenant, name).state, RunState::complete) << name;
    return warehouse.publications() - before;
  }
  Tenant tenant;
};

TEST_F(DerivedUnitsTest, AreDerivedAgainOnlyWhenTheirInputWasWrittenOrTheSqlIsAnother) {
  EXPECT_EQ(published_by("load"), 2);
  EXPECT_EQ(published_by("one"), 1);
  EXPECT_EQ(published_by("one"), 0);
  EXPECT_EQ(published_by("two"), 1);
  EXPECT_EQ(published_by("two"), 0);
  EXPECT_EQ(published_by("load_u"), 1);
  EXPECT_EQ(published_by("two"), 1);
  EXPECT_EQ(published_by("two"), 0);
  EXPECT_EQ(published_by("clock"), 1);
  EXPECT_EQ(published_by("clock"), 1);
}

// Bug: units whose rows another pipeline had removed were left alone as unchanged.
TEST_F(DerivedUnitsTest, AreDerivedAgainAfterTheirTableOrItsInputWasRewritten) {
  EXPECT_EQ(published_by("load"), 2);
  EXPECT_EQ(published_by("one"), 1);
  EXPECT_EQ(published_by("one"), 0);
  EXPECT_EQ(published_by("replace_daily"), 1);
  EXPECT_EQ(published_by("one"), 1);
  EXPECT_EQ(published_by("one"), 0);
  EXPECT_EQ(published_by("merge_raw"), 1);
  EXPECT_EQ(published_by("one"), 1);
  EXPECT_EQ(published_by("one"), 0);
}

// Another run loads the input again, "races" times, after rows were derived from it and before they are published.
class OvertakenDerivationTest : public DerivedUnitsTest {
 protected:
  void SetUp() override {
    DerivedUnitsTest::SetUp();
    const auto derive_alone = components.steps["derive"];
    components.steps["overtaken"] = [this, derive_alone](cvg_call* call, const Json& spec, Json& outputs) {
      const Status derived = derive_alone(call, spec, outputs);
      if (++derivations <= races) published_by("load_u");
      return derived;
    };
    const std::string overtaken = "steps: [{step_id: b, type: overtaken, query: 'SELECT 1 FROM input'}]\n";
    put_template("overtaken", overtaken);
    put_template("gated", "gate: true\n" + overtaken);
    put_template("gated_with_load", "gate: true\nsteps:\n  - {step_id: a, type: write, table: raw, unit: u}\n"
                                    "  - {step_id: b, type: overtaken, query: 'SELECT 1 FROM input', depends_on: [a]}\n");
    EXPECT_EQ(published_by("load"), 2);
  }
  std::atomic<int> derivations{0};
  int races = 1;
};

// Bug: rows of an earlier load were published over those that the overtaking run had derived, and both runs were COMPLETE.
TEST_F(OvertakenDerivationTest, IsDerivedAnewFromTheNewerLoad) {
  const cvg::Run ended = run(tenant, "overtaken");
  EXPECT_EQ(ended.state, RunState::complete) << ended.error_message;
  EXPECT_EQ(step(ended, "b").attempt, 2);
  EXPECT_EQ(derivations.load(), 2);
  EXPECT_EQ(published_by("one"), 0);  // what is stored was derived from the newer load
}

TEST_F(OvertakenDerivationTest, FailsWhenItLosesEveryRace) {
  races = 100;
  const cvg::Run ended = run(tenant, "overtaken");
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_NE(ended.error_message.find("published anew meanwhile"), std::string::npos) << ended.error_message;
  EXPECT_EQ(derivations.load(), 6);
  EXPECT_EQ(published_by("one"), 1);
}

TEST_F(OvertakenDerivationTest, OfAGatedRunPublishesNothing) {
  const cvg::Run ended = run(tenant, "gated");
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_NE(ended.error_message.find("published anew meanwhile"), std::string::npos) << ended.error_message;
  EXPECT_EQ(run(tenant, "gated").state, RunState::complete);
}

TEST_F(OvertakenDerivationTest, IsNoneWhenTheGatePublishesTheInputWithIt) {
  races = 0;
  EXPECT_EQ(run(tenant, "gated_with_load").state, RunState::complete);
  EXPECT_EQ(run(tenant, "gated_with_load").state, RunState::complete);
  EXPECT_EQ(derivations.load(), 2);
}

// Bug: a gated run that derived one table from another failed as overtaken whenever its input was unchanged.
TEST_F(OvertakenDerivationTest, IsNoneWhenAGatedRunDerivesFromUnitsThatItLeavesAsTheyAre) {
  put_template("gated_chain", "gate: true\nsteps:\n  - {step_id: b, type: derive, query: 'SELECT 1 FROM input'}\n"
                              "  - {step_id: c, type: derive, table: monthly, input: daily, query: 'SELECT 1 FROM input', depends_on: [b]}\n");
  EXPECT_EQ(published_by("gated_chain"), 1);
  EXPECT_EQ(published_by("gated_chain"), 0);
  EXPECT_EQ(published_by("load_u"), 1);
  EXPECT_EQ(published_by("gated_chain"), 1);
  EXPECT_EQ(published_by("gated_chain"), 0);
}

// The same when the second table is derived by other SQL from a first one that is left as it is.
TEST_F(OvertakenDerivationTest, IsNoneWhenOnlyTheSecondTableOfAGatedRunIsDerivedAnew) {
  const std::string first = "gate: true\nsteps:\n  - {step_id: b, type: derive, query: 'SELECT 1 FROM input'}\n";
  const std::string second = "  - {step_id: c, type: derive, table: monthly, input: daily, depends_on: [b], query: ";
  put_template("chain_one", first + second + "'SELECT 1 FROM input'}\n");
  put_template("chain_two", first + second + "'SELECT 2 FROM input'}\n");
  EXPECT_EQ(published_by("chain_one"), 1);
  EXPECT_EQ(published_by("chain_two"), 1);
  EXPECT_EQ(published_by("chain_two"), 0);
}

// Bug: a SELECT's own x_run_id was dropped without a word.
TEST_F(StepServicesTest, ASelectsOwnEngineColumnFailsTheStep) {
  components.steps["own"] = [](cvg_call* call, const Json&, Json&) {
    const std::string table = "t", sql = "SELECT 'mine' AS \"X_Run_Id\"";
    cvg_ingest request;
    std::memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.mode = CVG_APPEND;
    request.table = convergence::str(table);
    request.sql = convergence::str(sql);
    try {
      convergence::Call(&host_table(), call).ingest(request);
    } catch (const convergence::Error& error) {
      return Status(code_from_abi(error.code()), error.what());
    }
    return Status();
  };
  put_template("own", "steps: [{step_id: a, type: own}]\n");
  const cvg::Run ended = run(add_tenant("acme"), "own");
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_NE(ended.error_message.find("x_run_id, which the engine writes itself"), std::string::npos) << ended.error_message;
}

TEST_F(StepServicesTest, SystemTablesCannotBeWritten) {
  put_template("bad", "steps: [{step_id: a, type: write, table: x_meta_step_logs}]\n");
  const cvg::Run ended = run(add_tenant("acme"), "bad");
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_NE(ended.error_message.find("written by the system alone"), std::string::npos) << ended.error_message;
}

TEST_F(StepServicesTest, UnknownProviderAndForeignSourceFailTheStep) {
  components.steps["provide"] = [](cvg_call* call, const Json& spec, Json&) {
    cvg_extract_req request;
    std::memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    const std::string uri = spec["uri"].text();
    request.uri = convergence::str(uri);
    try {
      convergence::Call(&host_table(), call).run_provider("nobody", request, Json::parse(R"({"table":"t"})"));
    } catch (const convergence::Error& error) {
      return Status(code_from_abi(error.code()), error.what());
    }
    return Status();
  };
  std::filesystem::create_directories(root + "/samples/x");
  sources.set_samples_dir(root + "/samples");
  put_template("provider", "steps: [{step_id: a, type: provide, uri: 'sample://x'}]\n");
  put_template("source", "steps: [{step_id: a, type: provide, uri: 'file:///etc'}]\n");
  const Tenant tenant = add_tenant("acme");
  EXPECT_EQ(run(tenant, "provider").error_message, "step 'a': no such provider");
  EXPECT_EQ(run(tenant, "source").state, RunState::failed);
}

}  // namespace
}  // namespace cvg
