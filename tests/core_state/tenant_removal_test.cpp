#include "core/state/tenant_removal.h"

#include "core/state/data_key_store.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using TenantRemovalTest = StoreTest;

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

}  // namespace
}  // namespace cvg
