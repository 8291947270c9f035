#include "core/state/audit_log.h"

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class AuditLogTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    log_ = std::make_unique<AuditLog>(*database_);
  }
  void add(const std::string& tenant, const std::string& action) {
    AuditEntry entry;
    entry.tenant_id = tenant;
    entry.action = action;
    entry.actor = "admin";
    entry.user_id = "jane";
    entry.client_address = "192.0.2.1";
    ASSERT_TRUE(database_->write([&](Connection& c) {
      insert_audit(c, entry, clock_);
      return Status();
    }).ok());
  }
  // As somebody would who has the file: the store itself lets nobody.
  void tamper(const std::string& sql) {
    ASSERT_TRUE(database_->write([&](Connection& c) {
      c.run("DROP TRIGGER IF EXISTS audit_log_never_changes").ok();
      c.run("DROP TRIGGER IF EXISTS audit_log_never_shrinks").ok();
      return c.run(sql);
    }).ok());
  }
  std::unique_ptr<AuditLog> log_;
};

TEST_F(AuditLogTest, NoDetailHoldsASecret) {
  AuditEntry entry;
  entry.action = "webhook.create";
  entry.detail_json = R"({"url":"https://a.example/Acme_api_0123456789abcdeF","note":"\nab_api_0123456789abcdeF","n":1.50})";
  ASSERT_TRUE(log_->add(entry, clock_).ok());
  EXPECT_EQ(log_->list({})->rows.at(0).entry.detail_json, R"({"url":"https://a.example/[redacted]","note":"\nab_api_0123456789abcdeF","n":1.50})");
  EXPECT_TRUE(log_->verify()->is_whole());
}

TEST_F(AuditLogTest, AnEmptyChainIsWhole) {
  const auto chain = log_->verify();
  ASSERT_TRUE(chain.ok()) << chain.status().log_text();
  EXPECT_TRUE(chain->is_whole());
  EXPECT_EQ(chain->rows, 0);
}

TEST_F(AuditLogTest, EveryRowCoversTheOneBefore) {
  for (int i = 0; i < 5; ++i) add("acme", "a" + std::to_string(i));
  const auto chain = log_->verify();
  ASSERT_TRUE(chain.ok()) << chain.status().log_text();
  EXPECT_TRUE(chain->is_whole());
  EXPECT_EQ(chain->rows, 5);
  EXPECT_EQ(chain->rows_unchained, 0);
  const AuditPage page = *log_->list({});
  ASSERT_EQ(page.rows.size(), 5u);
  EXPECT_EQ(page.rows[0].hash, chain->last_hash);
  EXPECT_EQ(page.rows[0].hash, audit_hash(page.rows[1].hash, page.rows[0].entry));
  EXPECT_EQ(page.rows[4].hash, audit_hash(audit_chain_begin, page.rows[4].entry));
}

TEST_F(AuditLogTest, AWriteThatIsUndoneLeavesNoGap) {
  add("acme", "a");
  EXPECT_FALSE(database_->write([&](Connection& c) {
    insert_audit(c, {.action = "lost"}, clock_);
    return Status(Code::conflict, "no");
  }).ok());
  add("acme", "b");
  EXPECT_TRUE(log_->verify()->is_whole());
  EXPECT_EQ(log_->verify()->rows, 2);
}

TEST_F(AuditLogTest, TheStoreRefusesToChangeOrRemoveRows) {
  add("acme", "a");
  EXPECT_FALSE(database_->write([](Connection& c) { return c.run("UPDATE audit_log SET actor = 'x'"); }).ok());
  EXPECT_FALSE(database_->write([](Connection& c) { return c.run("DELETE FROM audit_log"); }).ok());
  EXPECT_EQ(log_->verify()->rows, 1);
}

TEST_F(AuditLogTest, WhatWasChangedTakenOutOrCutOffIsFound) {
  for (int i = 0; i < 5; ++i) add("acme", "a" + std::to_string(i));
  tamper("UPDATE audit_log SET actor = 'somebody' WHERE audit_id = 3");
  EXPECT_EQ(log_->verify()->broken_id, 3);
  tamper("UPDATE audit_log SET actor = 'admin' WHERE audit_id = 3");
  EXPECT_EQ(log_->verify()->broken_id, 0);
  tamper("UPDATE audit_log SET row_hash = '' WHERE audit_id = 4");
  EXPECT_EQ(log_->verify()->broken_id, 4);
  tamper("DELETE FROM audit_log WHERE audit_id = 4");
  EXPECT_EQ(log_->verify()->broken_id, 5);
  tamper("DELETE FROM audit_log WHERE audit_id = 5");
  EXPECT_EQ(log_->verify()->broken_id, 4);
  add("acme", "later");
  EXPECT_EQ(log_->verify()->broken_id, 6);
}

TEST_F(AuditLogTest, RowsOfBeforeTheChainAreCountedAndMayNotStandInIt) {
  const std::string old = "INSERT INTO audit_log (at_ms, tenant_id, action, actor, target, request_id, client_address, detail_json) "
                          "VALUES (1, 'acme', 'old', '', '', '', '', '')";
  tamper(old);
  add("acme", "new");
  const AuditChain chain = *log_->verify();
  EXPECT_TRUE(chain.is_whole());
  EXPECT_EQ(chain.rows_unchained, 1);
  tamper(old);
  EXPECT_EQ(log_->verify()->broken_id, 3);
}

TEST(AuditHash, NoTwoRowsHaveOneText) {
  EXPECT_NE(audit_hash("", {.tenant_id = "ab", .action = "c"}), audit_hash("", {.tenant_id = "a", .action = "bc"}));
  EXPECT_NE(audit_hash("1", {.at_ms = 2}), audit_hash("", {.at_ms = 12}));
}

TEST_F(AuditLogTest, ListsByTenantActionAndTimeInPages) {
  for (int i = 0; i < 7; ++i) {
    add(i % 2 == 0 ? "acme" : "other", i < 4 ? "early" : "late");
    clock_.advance_ms(1000);
  }
  const std::int64_t begin = clock_.now_ms() - 7000;
  EXPECT_EQ(log_->list({.tenant_id = "acme"})->rows.size(), 4u);
  EXPECT_EQ(log_->list({.action = "late"})->rows.size(), 3u);
  EXPECT_EQ(log_->list({.from_ms = begin + 1000, .to_ms = begin + 3000})->rows.size(), 3u);
  AuditFilter filter{.limit = 3};
  std::vector<std::int64_t> ids;
  for (int page = 0; page < 3; ++page) {
    const AuditPage found = *log_->list(filter);
    for (const AuditRow& row : found.rows) ids.push_back(row.id);
    filter.cursor = found.next_cursor;
    EXPECT_EQ(filter.cursor.empty(), page == 2);
  }
  EXPECT_EQ(ids, (std::vector<std::int64_t>{7, 6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(log_->list({.tenant_id = "acme"})->rows[0].entry.user_id, "jane");
  EXPECT_EQ(log_->list({.cursor = "x"}).status().code(), Code::invalid);
}

}  // namespace
}  // namespace cvg
