#include "core/state/store_schema.h"

#include "core/state/migrations.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using StoreSchemaTest = StoreTest;

TEST_F(StoreSchemaTest, TellsTheVersionAndTheTables) {
  const auto schema = read_store_schema(*database_);
  ASSERT_TRUE(schema.ok()) << schema.status().log_text();
  EXPECT_EQ(schema->version, newest_migration());
  EXPECT_NE(std::find(schema->tables.begin(), schema->tables.end(), "tenant_api_keys"), schema->tables.end());
  EXPECT_EQ(std::find(schema->tables.begin(), schema->tables.end(), "sqlite_sequence"), schema->tables.end());
}

}  // namespace
}  // namespace cvg
