#include "core/access/key_uses.h"

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class KeyUsesTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    keys_ = std::make_unique<KeyStore>(*database_, clock_);
    ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "first"), {}).ok());
  }
  std::int64_t last_used() { return tenants_->keys("acme")->front().last_used_ms; }
  std::unique_ptr<KeyStore> keys_;
};

TEST_F(KeyUsesTest, NothingIsWrittenWhileRequestsAreAnswered) {
  KeyUses uses(*keys_, clock_, {.flush_ms = 3'600'000});
  const std::int64_t commits = database_->commits();
  for (int i = 0; i < 1000; ++i) {
    uses.note("key_first");
    clock_.advance_ms(1);
  }
  EXPECT_EQ(database_->commits(), commits);
  EXPECT_EQ(uses.waiting(), 1);
  ASSERT_TRUE(uses.flush().ok());
  EXPECT_EQ(uses.waiting(), 0);
  EXPECT_EQ(last_used(), clock_.now_ms() - 1);
}

TEST_F(KeyUsesTest, WhatIsLeftIsWrittenAtTheEnd) {
  {
    KeyUses uses(*keys_, clock_, {.flush_ms = 3'600'000});
    uses.note("key_first");
  }
  EXPECT_EQ(last_used(), clock_.now_ms());
}

TEST_F(KeyUsesTest, RemembersOnlySoManyKeys) {
  KeyUses uses(*keys_, clock_, {.flush_ms = 3'600'000, .keys_max = 160});
  for (int i = 0; i < 100'000; ++i) uses.note("key" + std::to_string(i));
  EXPECT_LE(uses.waiting(), 160);
  EXPECT_GE(uses.waiting(), 100);
}

TEST_F(KeyUsesTest, ItsOwnThreadWritesNowAndThen) {
  KeyUses uses(*keys_, clock_, {.flush_ms = 1});
  uses.note("key_first");
  while (last_used() == 0) std::this_thread::yield();
  EXPECT_EQ(last_used(), clock_.now_ms());
}

}  // namespace
}  // namespace cvg
