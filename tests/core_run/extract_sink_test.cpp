#include "core/run/extract_sink.h"

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

// A provider that offers one unit, and a step that runs it into table t.
class ExtractSinkTest : public RunFixture {
 protected:
  void SetUp() override {
    RunFixture::SetUp();
    std::filesystem::create_directories(root + "/samples/x");
    sources.set_samples_dir(root + "/samples");
    components.providers["p"] = [this](cvg_call* call, const cvg_extract_req&, cvg_sink* raw) {
      ++extracts;
      try {
        convergence::Sink sink(convergence::Call(&host_table(), call), raw);
        decision = sink.unit("s", "2025-11", version, fingerprint, "layout");
        if (decision == CVG_UNIT_LOAD && rows >= 0) put(sink);
        sink.warn("careful");
      } catch (const convergence::Error& error) {
        return Status(code_from_abi(error.code()), error.what());
      }
      return Status();
    };
    components.steps["ingest"] = [](cvg_call* call, const Json& spec, Json& outputs) {
      cvg_extract_req request;
      std::memset(&request, 0, sizeof request);
      request.struct_size = sizeof request;
      const std::string uri = "sample://x";
      request.uri = convergence::str(uri);
      try {
        const Json to = Json::object().set("table", "t").set("write_mode", spec["mode"].text_or("replace_unit"));
        outputs = convergence::Call(&host_table(), call).run_provider("p", request, to);
      } catch (const convergence::Error& error) {
        return Status(code_from_abi(error.code()), error.what());
      }
      return Status();
    };
    put_template("in", "steps: [{step_id: a, type: ingest}]\n");
    tenant = add_tenant("acme");
  }
  void put(convergence::Sink& sink) {
    cvg_ingest request;
    std::memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    const std::string sql = "ROWS " + std::to_string(rows);
    request.sql = convergence::str(sql);
    const std::string elsewhere = "another_table";
    request.table = convergence::str(elsewhere);  // the destination is the step's, whatever a provider says
    sink.put(request);
  }
  Json outputs(const std::string& body = "{}") {
    const cvg::Run ended = run(tenant, "in", body);
    EXPECT_EQ(ended.state, RunState::complete) << ended.error_message;
    return *parse_json(step(ended, "a").metadata_json);
  }

  Tenant tenant;
  std::string version = "delivered:1", fingerprint = "f1";
  std::int64_t rows = 3;
  std::atomic<int> extracts{0};
  std::int32_t decision = -1;
};

TEST_F(ExtractSinkTest, UnitIsLoadedOnceAndThenUnchanged) {
  const Json first = outputs();
  EXPECT_EQ(first["rows"].text(), "3");
  EXPECT_FALSE(first["unchanged"].boolean());
  EXPECT_EQ(first["warnings"].items()[0].text(), "careful");
  EXPECT_EQ(warehouse.rows("acme", "t"), 3);
  const Json second = outputs();
  EXPECT_TRUE(second["unchanged"].boolean());
  EXPECT_EQ(second["responsible_for"]["t"].size(), 1u);
  EXPECT_EQ(warehouse.rows("acme", "t"), 3);
  EXPECT_EQ(warehouse.publications(), 1);
}

// Bug: a delivery whose rows another pipeline had removed stayed away: it was taken for unchanged.
TEST_F(ExtractSinkTest, UnitIsLoadedAgainAfterItsTableWasReplaced) {
  components.steps["replace"] = [](cvg_call* call, const Json&, Json& outputs) {
    const std::string table = "t", sql = "ROWS 1";
    cvg_ingest request;
    std::memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.mode = CVG_REPLACE_TABLE;
    request.table = convergence::str(table);
    request.sql = convergence::str(sql);
    outputs.set("rows", convergence::Call(&host_table(), call).ingest(request));
    return Status();
  };
  put_template("replace", "steps: [{step_id: a, type: replace}]\n");
  EXPECT_EQ(outputs()["rows"].text(), "3");
  EXPECT_TRUE(outputs()["unchanged"].boolean());
  EXPECT_EQ(run(tenant, "replace").state, RunState::complete);
  EXPECT_EQ(warehouse.rows("acme", "t"), 1);
  EXPECT_EQ(outputs()["rows"].text(), "3");
  EXPECT_EQ(warehouse.rows("acme", "t"), 4);
  EXPECT_TRUE(outputs()["unchanged"].boolean());
}

// Bug: with write_mode replace the table kept only the units that had changed: the others stayed away as unchanged.
TEST_F(ExtractSinkTest, NoUnitStaysAwayFromATableThatIsReplacedWhole) {
  put_template("in", "steps: [{step_id: a, type: ingest, mode: replace}]\n");
  EXPECT_EQ(outputs()["rows"].text(), "3");
  EXPECT_EQ(outputs()["rows"].text(), "3");
  EXPECT_EQ(warehouse.rows("acme", "t"), 3);
}

TEST_F(ExtractSinkTest, CorrectionReplacesAndReloadReadsAgain) {
  outputs();
  fingerprint = "f2";
  version = "delivered:2";
  rows = 5;
  EXPECT_EQ(outputs()["rows"].text(), "5");
  EXPECT_EQ(warehouse.rows("acme", "t"), 5);
  EXPECT_EQ(outputs(R"({"reload":true})")["rows"].text(), "5");
  EXPECT_EQ(warehouse.publications(), 3);
}

TEST_F(ExtractSinkTest, ReloadOfAnOlderDeliverySaysSoToThePublication) {
  version = "delivered:5";
  outputs();
  version = "delivered:4";
  rows = 9;
  EXPECT_EQ(outputs(R"({"reload":true})")["units"].items()[0]["decision"].text(), "load");
  EXPECT_EQ(warehouse.rows("acme", "t"), 9);
  EXPECT_EQ(outputs()["units"].items()[0]["decision"].text(), "unchanged") << "the older one is what counts now";
}

TEST_F(ExtractSinkTest, OlderDeliveryChangesNothing) {
  version = "delivered:5";
  outputs();
  version = "delivered:4";
  fingerprint = "old";
  rows = 9;
  EXPECT_EQ(outputs()["units"].items()[0]["decision"].text(), "older");
  EXPECT_EQ(warehouse.rows("acme", "t"), 3);
  version = "sequence:1";  // another kind of version cannot be compared: what comes later is taken
  EXPECT_EQ(outputs()["units"].items()[0]["decision"].text(), "load");
}

TEST_F(ExtractSinkTest, UnitWithoutRowsReplaces) {
  outputs();
  fingerprint = "f2";
  rows = -1;
  EXPECT_EQ(outputs()["rows"].text(), "0");
  EXPECT_EQ(warehouse.rows("acme", "t"), 0);
}

TEST_F(ExtractSinkTest, ChangedTemplateReadsAgain) {
  outputs();
  put_template("in", "description: other\nsteps: [{step_id: a, type: ingest}]\n");
  EXPECT_EQ(outputs()["units"].items()[0]["decision"].text(), "load");
}

TEST(ExtractSinkVersions, AreComparedWithinTheirKind) {
  EXPECT_TRUE(is_newer_version("delivered:2", "delivered:1"));
  EXPECT_FALSE(is_newer_version("delivered:1", "delivered:1"));
  EXPECT_FALSE(is_newer_version("delivered:2", "sequence:1"));
  EXPECT_FALSE(is_newer_version("", "delivered:1"));
}

TEST(ExtractSinkDestination, IsRead) {
  const auto to = Destination::read(Json::parse(R"({"table":"t","write_mode":"merge","keys":["a"],"schema":"freeze"})"));
  ASSERT_TRUE(to.ok());
  EXPECT_EQ(to->mode, static_cast<std::uint32_t>(CVG_MERGE));
  EXPECT_EQ(to->keys_json, R"(["a"])");
  EXPECT_EQ(to->schema_policy, "freeze");
  EXPECT_FALSE(Destination::read(Json::parse(R"({"table":"x_meta_runs"})")).ok());
  EXPECT_FALSE(Destination::read(Json::parse(R"({"table":"t","write_mode":"sometimes"})")).ok());
}

}  // namespace
}  // namespace cvg
