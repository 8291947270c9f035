#include "core/state/data_key_store.h"

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using DataKeyStoreTest = StoreTest;

TEST_F(DataKeyStoreTest, TheFirstKeyStays) {
  DataKeyStore store(*database_, clock_);
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "k"), {}).ok());
  EXPECT_EQ(*store.find("acme"), std::nullopt);
  EXPECT_EQ(*store.add("acme", std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(*store.add("acme", "later"), std::string("a\0b", 3));
  EXPECT_EQ((*store.find("acme")).value(), std::string("a\0b", 3));
}

TEST_F(DataKeyStoreTest, AKeyNeedsItsTenant) {
  DataKeyStore store(*database_, clock_);
  EXPECT_EQ(store.add("nobody", "k").status().code(), Code::not_found);
}

}  // namespace
}  // namespace cvg
