#include "core/state/tenant_rows.h"

#include "core/base/json.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class TenantRowsTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"acme", "other"}) {
      AuditEntry audit;
      audit.tenant_id = id;
      audit.action = "tenant.onboard";
      ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), audit).ok());
      ASSERT_TRUE(begin(id, "costs").ok());
    }
  }
  std::vector<Json> rows(std::string_view name) {
    std::vector<Json> found;
    for (const ShownTable& table : shown_tables())
      if (table.name == name) {
        const Status status = read_shown_rows(*database_, table, "acme", [&](const std::string& row) {
          found.push_back(Json::parse(row));
          return Status();
        });
        EXPECT_TRUE(status.ok()) << status.log_text();
      }
    return found;
  }
};

TEST_F(TenantRowsTest, EveryTableCanBeRead) {
  for (const ShownTable& table : shown_tables()) {
    const Status status = read_shown_rows(*database_, table, "acme", [](const std::string&) { return Status(); });
    EXPECT_TRUE(status.ok()) << table.name << ": " << status.log_text();
  }
}

TEST_F(TenantRowsTest, FormerUsageBackfillsAndDeliveriesAreShown) {
  ASSERT_TRUE(database_->write([](Connection& c) {
    CVG_RETURN_IF_ERROR(c.run("INSERT INTO tenant_usage_history VALUES ('acme', '2025-01-02', 1, 2, 1, 0, 1, 5)"));
    CVG_RETURN_IF_ERROR(c.run("INSERT INTO tenant_backfills VALUES ('b', 'acme', 'p', 'aws', 'cost', 't', '2025-01-01', '2025-01-03', '{\"a\":1}', 5, 'u', 'k', 3, 0, 5, 0)"));
    CVG_RETURN_IF_ERROR(c.run("INSERT INTO tenant_webhooks VALUES ('w', 'acme', 'https://example.com', 'run', '', x'00', 1, '', 5, 5)"));
    return c.run("INSERT INTO webhook_deliveries (delivery_id, webhook_id, tenant_id, event, event_id, body_json, status, next_ms, created_ms) "
                 "VALUES ('d', 'w', 'acme', 'run', 'e', '{\"x\":2}', 'WAITING', 5, 5)");
  }).ok());
  EXPECT_EQ(rows("usage_history").at(0)["usage_date"].text(), "2025-01-02");
  EXPECT_EQ(rows("backfills").at(0)["parameters"]["a"].integer(), 1);
  EXPECT_EQ(rows("webhook_deliveries").at(0)["body"]["x"].integer(), 2);
}

TEST_F(TenantRowsTest, LogLinesOfTheTenantsRunsAreShown) {
  for (int run = 0; run < 2; ++run) {
    const auto leased = *runs_->lease(60'000, "worker");
    RunLogLine line;
    line.seq = 1;
    line.message = "of " + leased->first.tenant_id;
    line.fields_json = R"({"files":3})";
    ASSERT_TRUE(runs_->put_steps(leased->second, {}, {line}).ok());
  }
  ASSERT_EQ(rows("logs").size(), 1u);
  EXPECT_EQ(rows("logs").front()["message"].text(), "of acme");
  EXPECT_EQ(rows("logs").front()["fields"]["files"].integer(), 3);
}

TEST_F(TenantRowsTest, RowsAreTheTenantsOwnAndReadable) {
  ASSERT_EQ(rows("runs").size(), 1u);
  const Json run = rows("runs").front();
  EXPECT_EQ(run["pipeline_id"].text(), "acme-aws-cost-costs");
  EXPECT_TRUE(run["parameters"].is_object());
  EXPECT_TRUE(run["created_at"].text().ends_with("Z"));
  EXPECT_TRUE(run["end_at"].is_null());
  EXPECT_TRUE(rows("api_keys").front()["is_active"].boolean());
  EXPECT_EQ(rows("audit").size(), 1u);
}

TEST_F(TenantRowsTest, NoColumnHoldsASecret) {
  for (const ShownTable& table : shown_tables())
    for (const std::string_view column : table.columns) {
      EXPECT_EQ(column.find("encrypted"), std::string_view::npos) << column;
      EXPECT_EQ(column.find("key_hash"), std::string_view::npos) << column;
      EXPECT_EQ(column.find("wrapped"), std::string_view::npos) << column;
    }
}

}  // namespace
}  // namespace cvg
