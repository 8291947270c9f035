#include "core/state/tenant_removal.h"

#include "core/base/text.h"
#include "core/state/data_key_store.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using TenantRemovalTest = StoreTest;

// Every table of the schema that knows tenants.
std::vector<std::string> tenant_tables_of(Connection& c) {
  std::vector<std::string> tables;
  Statement& names = c.prepare(
      "SELECT m.name FROM sqlite_schema m WHERE m.type = 'table' AND m.name <> 'audit_log' AND EXISTS "
      "(SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'tenant_id')");
  while (names.step()) tables.push_back(names.text(0));
  return tables;
}

// A row in each: every text is the tenant's id, so that whatever refers to another row finds it.
void put_row(Connection& c, const std::string& table, const std::string& tenant_id) {
  std::string columns, values;
  Statement& rows = c.prepare("SELECT name, type FROM pragma_table_info(?1)").bind(1, table);
  while (rows.step()) {
    const std::string comma = columns.empty() ? "" : ", ";
    columns += comma + rows.text(0);
    values += comma + (rows.text(1) == "TEXT" ? "'" + tenant_id + "'" : rows.text(1) == "BLOB" ? "x'00'" : "77");
  }
  c.prepare(fmt::format("INSERT OR IGNORE INTO {} ({}) VALUES ({})", table, columns, values)).step();
}

TEST_F(TenantRemovalTest, NothingOfTheTenantStaysAndNothingOfOthersGoes) {
  DataKeyStore data_keys(*database_, clock_);
  for (const char* id : {"acme", "other"}) {
    AuditEntry audit;
    audit.tenant_id = id;
    ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), audit).ok());
    ASSERT_TRUE(begin(id, "costs").ok());
    ASSERT_TRUE(data_keys.add(id, "wrapped").ok());
  }
  std::map<std::string, std::int64_t> removed;
  ASSERT_TRUE(database_->write([&](Connection& c) {
    for (const auto& [table, rows] : remove_tenant_rows(c, "acme")) removed[table] = rows;
    return Status();
  }).ok());
  EXPECT_EQ(removed["tenant_profiles"], 1);
  EXPECT_EQ(removed["tenant_api_keys"], 1);
  EXPECT_EQ(removed["tenant_pipeline_runs"], 1);
  EXPECT_EQ(removed["tenant_data_keys"], 1);
  EXPECT_FALSE(removed.contains("audit_log"));
  for (const auto& [table, rows] : removed) {
    EXPECT_EQ(count("SELECT count(*) FROM " + table + " WHERE tenant_id = 'acme'"), 0) << table;
    if (rows == 0) continue;
    EXPECT_GT(count("SELECT count(*) FROM " + table + " WHERE tenant_id = 'other'"), 0) << table;
  }
  EXPECT_GT(count("SELECT count(*) FROM audit_log WHERE tenant_id = 'acme'"), 0);
}

// Where a word stands, in any column of any table except the audit log and the certificates.
std::vector<std::string> places_of(Connection& c, const std::string& word) {
  std::vector<std::string> sql, places;
  Statement& columns = c.prepare(
      "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT IN ('audit_log', 'erasure_certificates')");
  while (columns.step())
    sql.push_back(fmt::format("SELECT '{0}.{1}' FROM \"{0}\" WHERE instr(CAST(\"{1}\" AS TEXT), ?1) > 0 LIMIT 1", columns.text(0), columns.text(1)));
  for (const std::string& each : sql) {
    Statement& row = c.prepare(each).bind(1, word);
    while (row.step()) places.push_back(row.text(0));
  }
  return places;
}

TEST_F(TenantRemovalTest, LogLinesOfEveryMonthGoAndAreCountedAndNoTableHoldsTheTenantOrItsRuns) {
  std::map<std::string, std::vector<std::string>> runs;
  for (const char* id : {"acme", "other"}) {
    ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), {}).ok());
    for (const std::int64_t retention_days : {30, 365}) {
      cvg::Run run = make_run(id, fmt::format("costs_{}", retention_days));
      run.retention_days = retention_days;
      ASSERT_TRUE(runs_->begin(run, starter(), false, {}).ok());
      const Lease lease = (*runs_->lease(60'000, "worker"))->second;
      RunLogLine first, second;
      first.seq = 1;
      second.seq = 2;
      first.message = second.message = "a line";
      ASSERT_TRUE(runs_->put_steps(lease, {}, {first, second}).ok());
      ASSERT_TRUE(runs_->finish(lease, RunState::complete, "", 0, {}, {}, {}).ok());
      runs[id].push_back(lease.run_id);
    }
  }
  std::map<std::string, std::int64_t> removed;
  std::vector<std::string> places;
  ASSERT_TRUE(database_->write([&](Connection& c) {
    EXPECT_FALSE(places_of(c, runs["acme"][0]).empty());
    for (const auto& [table, rows] : remove_tenant_rows(c, "acme")) removed[table] = rows;
    places = places_of(c, "acme");
    for (const std::string& run : runs["acme"])
      for (const std::string& place : places_of(c, run)) places.push_back(place);
    return Status();
  }).ok());
  for (const std::string& place : places) ADD_FAILURE() << "left in " << place;
  int log_tables = 0;
  for (const auto& [table, rows] : removed) {
    if (!table.starts_with("run_log_") || rows == 0) continue;
    ++log_tables;
    EXPECT_EQ(rows, 2) << table;
    EXPECT_EQ(count("SELECT count(*) FROM " + table), 2) << "the other tenant's stay: " << table;
  }
  EXPECT_EQ(log_tables, 2);
}

TEST_F(TenantRemovalTest, RowsThatFallWithAnotherAreCountedInEveryTable) {
  std::map<std::string, std::int64_t> stood, removed;
  const Status status = database_->write([&](Connection& c) {
    CVG_RETURN_IF_ERROR(c.run("PRAGMA defer_foreign_keys = ON"));
    CVG_RETURN_IF_ERROR(c.run("PRAGMA ignore_check_constraints = ON"));
    const std::vector<std::string> tables = tenant_tables_of(c);
    for (const std::string& table : tables) put_row(c, table, "acme");
    for (const std::string& table : tables) {
      Statement& rows = c.prepare(fmt::format("SELECT count(*) FROM {} WHERE tenant_id = 'acme'", table));
      stood[table] = rows.step() ? rows.integer(0) : -1;
    }
    for (const auto& [table, rows] : remove_tenant_rows(c, "acme")) removed[table] = rows;
    return c.run("PRAGMA ignore_check_constraints = OFF");
  });
  ASSERT_TRUE(status.ok()) << status.log_text();
  EXPECT_TRUE(stood.contains("tenant_webhooks") && stood.contains("webhook_deliveries"));
  for (const auto& [table, rows] : stood) {
    EXPECT_GE(rows, 1) << table;
    EXPECT_EQ(removed[table], rows) << table;
    EXPECT_EQ(count("SELECT count(*) FROM " + table + " WHERE tenant_id = 'acme'"), 0) << table;
  }
}

}  // namespace
}  // namespace cvg
