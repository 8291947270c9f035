#include "core/state/idempotency_store.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/fakes/fake_clock.h"

namespace cvg {
namespace {

class IdempotencyStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    Database::Options options;
    options.path = ":memory:";
    auto opened = open_database(options);
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    database = std::move(*opened);
    store.emplace(*database, clock, 1000);
  }
  std::int64_t rows() {
    std::int64_t count = -1;
    const Status read = database->read([&](Connection& c) {
      Statement& row = c.prepare("SELECT count(*) FROM idempotency_keys");
      if (row.step()) count = row.integer(0);
      return row.status();
    });
    EXPECT_TRUE(read.ok());
    return count;
  }
  FakeClock clock;
  std::unique_ptr<Database> database;
  std::optional<IdempotencyStore> store;
  const IdempotencyKey key{"acme", "k", "run_pipeline", "hash"};
};

TEST_F(IdempotencyStoreTest, TheSameRequestFindsItsReply) {
  EXPECT_FALSE(store->find(key)->has_value());
  ASSERT_TRUE(store->keep(key, {200, "{}"}).ok());
  EXPECT_EQ((*store->find(key))->body, "{}");
}

TEST_F(IdempotencyStoreTest, AnotherRequestIsAConflictAndAnotherTenantKnowsNothing) {
  ASSERT_TRUE(store->keep(key, {200, "{}"}).ok());
  EXPECT_EQ(store->find({"acme", "k", "run_pipeline", "other"}).status().code(), Code::conflict);
  EXPECT_EQ(store->find({"acme", "k", "post_schedule", "hash"}).status().code(), Code::conflict);
  EXPECT_FALSE(store->find({"other", "k", "run_pipeline", "hash"})->has_value());
  EXPECT_FALSE(store->find({"acme", "K", "run_pipeline", "hash"})->has_value());
}

TEST_F(IdempotencyStoreTest, RepliesEndWithTheirTimeAndAreSweptByLaterOnes) {
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(store->keep({"acme", std::to_string(i), "o", "h"}, {200, "{}"}).ok());
  clock.advance_ms(1000);
  EXPECT_FALSE(store->find({"acme", "0", "o", "h"})->has_value());
  EXPECT_FALSE(store->find({"acme", "0", "o", "other"})->has_value());
  ASSERT_TRUE(store->keep(key, {200, "{}"}).ok());
  ASSERT_TRUE(store->keep(key, {200, "{}"}).ok());
  EXPECT_EQ(rows(), 1);
}

TEST_F(IdempotencyStoreTest, AReplyGoesWithTheTransactionThatFailed) {
  const Status failed = database->write([&](Connection& c) {
    EXPECT_TRUE(store->keep(c, key, {200, "{}"}).ok());
    return Status(Code::quota, "no");
  });
  EXPECT_EQ(failed.code(), Code::quota);
  EXPECT_FALSE(store->find(key)->has_value());
}

TEST_F(IdempotencyStoreTest, OneThreadHoldsAKey) {
  {
    const auto claim = store->claim(key);
    EXPECT_TRUE(claim.has_value());
    EXPECT_FALSE(store->claim(key).has_value());
    EXPECT_TRUE(store->claim({"other", "k", "", ""}).has_value());
  }
  EXPECT_TRUE(store->claim(key).has_value());
  std::atomic<int> held{0}, most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j)
        if (const auto claim = store->claim(key)) {
          most = std::max(most.load(), ++held);
          --held;
        }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most.load(), 1);
}

}  // namespace
}  // namespace cvg
