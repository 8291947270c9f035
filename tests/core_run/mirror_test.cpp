#include "core/run/mirror.h"

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class MirrorTest : public RunFixture {
 protected:
  Mirror::Parts parts() { return {*store, *tenants, *credentials, warehouse, clock, log, 2, 5}; }
};

TEST_F(MirrorTest, EndedRunsAreThereWhenAReaderComes) {
  components.steps["check"] = [](cvg_call*, const Json&, Json& outputs) {
    outputs = Json::parse(R"({"table":"t","passed":1,"failed":1,"overall_status":"WARNING","dq_results":[
      {"expectation_type":"e1","column":"c","success":true,"severity":"critical","unexpected_percent":0},
      {"expectation_type":"e2","column":"c","success":false,"severity":"warning","unexpected_percent":12.5,"observed_value":3,"partial_unexpected_list":["x"]}]})");
    return Status();
  };
  put_template("one", "steps: [{step_id: a, type: ok}, {step_id: b, type: check}]\n");
  const Tenant tenant = add_tenant("acme");
  for (int i = 0; i < 5; ++i) run(tenant, "one");
  Mirror mirror(parts());
  ASSERT_TRUE(mirror.bring_up_to_date("acme").ok());
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_pipeline_runs").size(), 5u);
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_step_logs").size(), 10u);
  const auto results = warehouse.mirrored("acme", "x_meta_dq_results");
  ASSERT_EQ(results.size(), 10u);
  EXPECT_TRUE(store->outbox("mirror", "acme", 10)->empty());
  const auto usage = warehouse.mirrored("acme", "x_meta_usage_quotas");
  ASSERT_EQ(usage.size(), 1u);
  EXPECT_EQ(usage[0].items()[2].text(), "5");
  EXPECT_EQ(step(*store->get("acme", store->list({.tenant_id = "acme"})->runs[0].id).value(), "b").rows_processed, 0);
}

TEST_F(MirrorTest, EndedRunsFollowByThemselves) {
  Mirror mirror(parts());
  std::atomic<int> written{0};
  mirror.on_written = [&](const std::string&) { ++written; };
  environment->ended = [&](const std::string& tenant) { mirror.soon(tenant); };
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  run(add_tenant("acme"), "one");
  for (int i = 0; i < 5000 && warehouse.mirrored("acme", "x_meta_pipeline_runs").empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_pipeline_runs").size(), 1u);
  pool->stop(1000);
  environment->ended = {};
}

TEST_F(MirrorTest, ProfileAndKeysComeWithTheTenant) {
  add_tenant("acme");
  Mirror mirror(parts());
  ASSERT_TRUE(mirror.bring_tenant("acme").ok());
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_profiles").size(), 1u);
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_subscriptions").size(), 1u);
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_api_keys").size(), 1u);
  EXPECT_EQ(mirror.bring_up_to_date("nobody").code(), Code::not_found);
}

TEST_F(MirrorTest, CredentialsComeChangeAndGo) {
  add_tenant("acme");
  Mirror mirror(parts());
  const auto told = [&] {
    EXPECT_TRUE(mirror.bring_up_to_date("acme").ok());
    std::string names;
    for (const Json& row : warehouse.mirrored("acme", "x_meta_cloud_credentials")) names += row.items()[2].text() + "=" + row.items()[3].text() + " ";
    return names;
  };
  ASSERT_TRUE(mirror.bring_tenant("acme").ok());
  EXPECT_EQ(told(), "");
  Credential aws{"id-1", "acme", "aws", "main", "sealed"}, gcp{"id-2", "acme", "gcp", "other", "sealed"};
  ASSERT_TRUE(credentials->put(aws, 3, {}).ok());
  ASSERT_TRUE(credentials->put(gcp, 3, {}).ok());
  EXPECT_EQ(told(), "aws=main gcp=other ");
  aws.name = "renamed";
  ASSERT_TRUE(credentials->put(aws, 3, {}).ok());
  ASSERT_TRUE(credentials->remove("acme", "id-2", {}).ok());
  EXPECT_EQ(told(), "aws=renamed ");
  ASSERT_TRUE(credentials->remove("acme", "id-1", {}).ok());
  EXPECT_EQ(told(), "");
}

TEST_F(MirrorTest, ANulInATextStopsNoMirror) {
  components.steps["nul"] = [](cvg_call*, const Json&, Json&) { return Status(Code::data, std::string("x\0y", 3)); };
  put_template("one", "steps: [{step_id: a, type: nul}]\n");
  const Tenant tenant = add_tenant("acme");
  for (int i = 0; i < 3; ++i) run(tenant, "one");
  ASSERT_TRUE(database->write([](Connection& c) { return c.run("UPDATE tenant_pipeline_runs SET trigger_by = 'a' || char(0) || 'b'"); }).ok());
  Mirror mirror(parts());
  ASSERT_TRUE(mirror.bring_up_to_date("acme").ok());
  const auto runs = warehouse.mirrored("acme", "x_meta_pipeline_runs");
  ASSERT_EQ(runs.size(), 3u);
  for (const Json& row : runs) EXPECT_EQ(row.items()[5].text(), "a\xef\xbf\xbd" "b");
  for (const char* table : {"x_meta_pipeline_runs", "x_meta_step_logs"})
    for (const Json& row : warehouse.mirrored("acme", table)) EXPECT_EQ(row.dump().find("\\u0000"), std::string::npos) << row.dump();
  EXPECT_TRUE(store->outbox("mirror", "acme", 10)->empty());
}

TEST_F(MirrorTest, ARunThatTheWarehouseRefusesKeepsNoneBehindItWaiting) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  std::string refused;
  for (int i = 0; i < 5; ++i) {
    const cvg::Run ended = run(tenant, "one");
    if (i == 0) refused = ended.id;
  }
  Mirror::Parts all_at_once = parts();
  all_at_once.rows_max = 100;
  Mirror mirror(all_at_once);
  warehouse.refuse_mirrored(refused, Status(Code::unavailable, "the disk is full"));
  EXPECT_EQ(mirror.bring_up_to_date("acme").code(), Code::unavailable);  // not the row's fault: everything waits
  EXPECT_EQ(store->outbox("mirror", "acme", 10)->size(), 5u);
  warehouse.refuse_mirrored(refused, Status(Code::data, "a value fits no column"));
  ASSERT_TRUE(mirror.bring_up_to_date("acme").ok());
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_pipeline_runs").size(), 4u);
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_step_logs").size(), 4u);
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_usage_quotas").size(), 1u);
  EXPECT_TRUE(store->outbox("mirror", "acme", 10)->empty());
}

TEST_F(MirrorTest, AProfileThatTheWarehouseRefusesKeepsNoKeysWaiting) {
  add_tenant("acme");
  Mirror mirror(parts());
  warehouse.refuse_mirrored("a@example.com", Status(Code::data, "a value fits no column"));
  ASSERT_TRUE(mirror.bring_tenant("acme").ok());
  EXPECT_TRUE(warehouse.mirrored("acme", "x_meta_profiles").empty());
  EXPECT_EQ(warehouse.mirrored("acme", "x_meta_api_keys").size(), 1u);
}

}  // namespace
}  // namespace cvg
