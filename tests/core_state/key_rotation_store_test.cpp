#include "core/state/key_rotation_store.h"

#include "core/state/data_key_store.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class KeyRotationStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    store.emplace(*database_, clock_);
    DataKeyStore data_keys(*database_, clock_);
    for (const char* id : {"aaa", "bbb", "ccc"}) {
      ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), {}).ok());
      ASSERT_TRUE(data_keys.add(id, std::string("old-") + id).ok());
    }
  }
  const WrappedColumn& data_keys() { return KeyRotationStore::columns().front(); }
  std::optional<KeyRotationStore> store;
};

TEST_F(KeyRotationStoreTest, EveryColumnExists) {
  for (const WrappedColumn& column : KeyRotationStore::columns()) {
    const auto secrets = store->batch(column, "", 10);
    ASSERT_TRUE(secrets.ok()) << column.table;
    EXPECT_EQ(secrets->size(), column.table == "tenant_webhooks" ? 0u : 3u) << column.table;
  }
}

TEST_F(KeyRotationStoreTest, OneIsUnderWayUntilItIsFinished) {
  EXPECT_FALSE(store->under_way()->has_value());
  const KeyRotation first = *store->begin({});
  EXPECT_EQ(store->begin({})->id, first.id);
  ASSERT_TRUE(store->set_master_made(first).ok());
  EXPECT_TRUE((**store->under_way()).master_made);
  ASSERT_TRUE(store->finish(first, {}).ok());
  EXPECT_FALSE(store->under_way()->has_value());
  EXPECT_GT(store->begin({})->id, first.id);
}

TEST_F(KeyRotationStoreTest, PlaceAndSecretsMoveTogether) {
  KeyRotation rotation = *store->begin({});
  std::vector<WrappedSecret> secrets = *store->batch(data_keys(), "", 2);
  ASSERT_EQ(secrets.size(), 2u);
  secrets[0].again = "new-aaa";
  ASSERT_TRUE(store->store(rotation, data_keys(), secrets).ok());
  open();
  store.emplace(*database_, clock_);
  const KeyRotation again = **store->under_way();
  EXPECT_EQ(again.place, "tenant_data_keys");
  EXPECT_EQ(again.last_key, "bbb");
  EXPECT_EQ(again.rewrapped, 1);
  EXPECT_EQ(again.failed, 1);
  EXPECT_EQ(store->batch(data_keys(), "", 1)->front().blob, "new-aaa");
  EXPECT_EQ(store->batch(data_keys(), again.last_key, 10)->front().key, "ccc");
}

TEST_F(KeyRotationStoreTest, ASecretThatWasReplacedMeanwhileStays) {
  KeyRotation rotation = *store->begin({});
  std::vector<WrappedSecret> secrets = *store->batch(data_keys(), "", 1);
  secrets[0].blob = "what it was before";
  secrets[0].again = "too late";
  ASSERT_TRUE(store->store(rotation, data_keys(), secrets).ok());
  EXPECT_EQ(store->batch(data_keys(), "", 1)->front().blob, "old-aaa");
}

}  // namespace
}  // namespace cvg
