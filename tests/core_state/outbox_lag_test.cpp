#include "core/state/outbox_lag.h"

#include "core/state/tenant_row.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class OutboxLagTest : public StoreTest {
 protected:
  void note(std::int64_t at_ms) {
    ASSERT_TRUE(database_->write([&](Connection& c) {
      note_tenant_changed(c, "acme", at_ms);
      return Status();
    }).ok());
  }
};

TEST_F(OutboxLagTest, TheOldestEntryOfAKindTellsSinceWhenItWaits) {
  EXPECT_EQ(*oldest_outbox_ms(*database_, "mirror"), 0);
  note(5'000);
  note(9'000);
  EXPECT_EQ(*oldest_outbox_ms(*database_, "mirror"), 5'000);
  EXPECT_EQ(*oldest_outbox_ms(*database_, "lineage"), 0);
  ASSERT_TRUE(database_->write([&](Connection& c) { return c.run("DELETE FROM outbox WHERE created_ms = 5000"); }).ok());
  EXPECT_EQ(*oldest_outbox_ms(*database_, "mirror"), 9'000);
}

TEST_F(OutboxLagTest, AnEntryKeepsHowFarItCame) {
  note(5'000);
  std::int64_t id = 0;
  const auto body = [&] {
    std::string text;
    EXPECT_TRUE(database_->read([&](Connection& c) {
      Statement& row = c.prepare("SELECT outbox_id, body_json FROM outbox WHERE kind = 'mirror'");
      if (row.step()) id = row.integer(0), text = row.text(1);
      return row.status();
    }).ok());
    return text;
  };
  EXPECT_EQ(body(), "{}");
  EXPECT_TRUE(note_outbox(*database_, id, R"({"told":3})").ok());
  EXPECT_EQ(body(), R"({"told":3})");
  EXPECT_TRUE(note_outbox(*database_, id + 1, R"({"told":4})").ok());
  EXPECT_EQ(body(), R"({"told":3})");
}

}  // namespace
}  // namespace cvg
