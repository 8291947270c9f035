#include "core/state/migrations.h"

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class MigrationsTest : public ::testing::Test {
 protected:
  void SetUp() override { connection_ = std::move(*SqliteConnection::open(":memory:", SqliteConnection::Mode::write)); }
  std::vector<std::string> names(const std::string& sql) {
    std::vector<std::string> found;
    Statement& row = connection_->prepare(sql);
    while (row.step()) found.push_back(row.text(0));
    EXPECT_TRUE(row.status().ok()) << row.status().log_text();
    return found;
  }
  std::string plan(const std::string& sql) {
    std::string text;
    Statement& row = connection_->prepare("EXPLAIN QUERY PLAN " + sql);
    while (row.step()) text += row.text(3) + "\n";
    EXPECT_TRUE(row.status().ok()) << row.status().log_text();
    return text;
  }
  std::unique_ptr<SqliteConnection> connection_;
};

TEST_F(MigrationsTest, AllTablesOfTheContractExist) {
  ASSERT_TRUE(migrate(*connection_).ok());
  const std::vector<std::string> wanted{
      "audit_log", "erasure_certificates", "idempotency_keys", "key_rotations", "outbox", "outbox_topics", "run_log_partitions",
      "schema_migrations", "tenant_api_keys", "tenant_backfills", "tenant_cloud_credentials", "tenant_data_keys", "tenant_dq_results",
      "tenant_erasures", "tenant_notices", "tenant_onboardings", "tenant_pipeline_configs", "tenant_pipeline_execution_queue",
      "tenant_pipeline_runs", "tenant_profiles", "tenant_scheduled_pipeline_runs", "tenant_step_logs", "tenant_subscriptions",
      "tenant_usage_history", "tenant_usage_quotas", "tenant_webhooks", "webhook_deliveries"};
  EXPECT_EQ(names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"), wanted);
}

TEST_F(MigrationsTest, EachIsAppliedOnce) {
  ASSERT_TRUE(migrate(*connection_).ok());
  const std::vector<std::string> once = names("SELECT version FROM schema_migrations ORDER BY version");
  ASSERT_TRUE(migrate(*connection_).ok());
  EXPECT_EQ(names("SELECT version FROM schema_migrations ORDER BY version"), once);
  EXPECT_EQ(once.back(), std::to_string(newest_migration()));
}

TEST_F(MigrationsTest, CredentialsOfAnEarlierVersionWaitForTheMirror) {
  ASSERT_TRUE(migrate(*connection_, 15).ok());
  ASSERT_TRUE(connection_->run("INSERT INTO tenant_profiles (tenant_id, display_id, company_name, admin_email, status, created_ms, updated_ms) "
                               "VALUES ('acme', 'Acme', 'A', 'a@b.co', 'ACTIVE', 1, 1), ('none', 'None', 'N', 'a@b.co', 'ACTIVE', 1, 1)").ok());
  ASSERT_TRUE(connection_->run("INSERT INTO tenant_cloud_credentials (credential_id, tenant_id, provider, credential_name, encrypted_credentials, "
                               "created_ms, updated_ms) VALUES ('c1', 'acme', 'aws', 'n', x'00', 1, 1), ('c2', 'acme', 'gcp', 'n', x'00', 1, 1)").ok());
  ASSERT_TRUE(migrate(*connection_).ok());
  EXPECT_EQ(names("SELECT tenant_id || ' ' || kind || ' ' || entry_key FROM outbox"), std::vector<std::string>{"acme mirror tenant:credentials"});
}

TEST_F(MigrationsTest, AStoreOfANewerProgramIsRefused) {
  ASSERT_TRUE(migrate(*connection_).ok());
  ASSERT_TRUE(connection_->run("INSERT INTO schema_migrations VALUES (99, 'of the future', 0)").ok());
  const Status status = migrate(*connection_);
  EXPECT_EQ(status.code(), Code::state);
  EXPECT_NE(status.text().find("newer Convergence"), std::string::npos);
  EXPECT_NE(status.text().find("99"), std::string::npos);
}

TEST_F(MigrationsTest, TheHotPathsUseTheirIndices) {
  ASSERT_TRUE(migrate(*connection_).ok());
  const std::string runs = "SELECT * FROM tenant_pipeline_runs WHERE ";
  EXPECT_NE(plan(runs + "tenant_id = ?1 AND pipeline_id = ?2 AND status IN ('PENDING', 'RUNNING')").find("runs_live"), std::string::npos);
  EXPECT_NE(plan("SELECT count(*), max(queue_tag) FROM tenant_pipeline_runs WHERE tenant_id = ?1 AND status IN ('PENDING', "
                 "'RUNNING') AND counts_quota = 1").find("runs_slots"), std::string::npos);
  EXPECT_NE(plan("SELECT min(queue_tag) FROM tenant_pipeline_runs WHERE status = 'PENDING' AND is_held = 0").find("runs_waiting"), std::string::npos);
  const std::string first = plan(runs + "status = 'PENDING' AND is_held = 0 ORDER BY queue_tag, run_number LIMIT 1");
  EXPECT_NE(first.find("runs_waiting"), std::string::npos);
  EXPECT_EQ(first.find("TEMP B-TREE"), std::string::npos) << first;
  const std::string suspected = plan(runs + "status = 'PENDING' AND is_held = 0 AND deaths >= 2 ORDER BY deaths DESC, queue_tag LIMIT 1");
  EXPECT_NE(suspected.find("runs_suspected"), std::string::npos) << suspected;
  EXPECT_EQ(suspected.find("TEMP B-TREE"), std::string::npos) << suspected;
  const std::string page = plan(runs + "tenant_id = ?1 AND run_number < ?6 ORDER BY run_number DESC LIMIT ?7");
  EXPECT_NE(page.find("runs_of_tenant"), std::string::npos) << page;
  EXPECT_EQ(page.find("TEMP B-TREE"), std::string::npos) << page;
}

}  // namespace
}  // namespace cvg
