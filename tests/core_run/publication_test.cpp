#include "core/run/publication.h"

#include <gtest/gtest.h>

#include "core/plugin/call.h"
#include "tests/fakes/memory_warehouse.h"

namespace cvg {
namespace {

class PublicationTest : public testing::Test {
 protected:
  SystemClock clock;
  CallInfo info() {
    CallInfo out;
    out.tenant_id = out.display_id = "acme";
    return out;
  }
  MemoryWarehouse warehouse;
  Call call{Call::Options{.info = info(), .clock = &clock}};
};

TEST_F(PublicationTest, NothingIsOpenedUntilSomebodyWrites) {
  Publication publication(warehouse, "run:a");
  EXPECT_EQ(publication.handle(), 0u);
  EXPECT_FALSE(*publication.commit(call.raw()));
  EXPECT_EQ(warehouse.publications(), 0);
}

TEST_F(PublicationTest, CommitStoresTheCursorsUnderTheMarkerOnce) {
  Publication publication(warehouse, "run:a");
  ASSERT_TRUE(publication.open(call.raw()).ok());
  EXPECT_EQ(*publication.open(call.raw()), publication.handle());
  const RunUnit unit{"s|1\\2", "2025-10"};
  publication.set_cursor("a", cursor_key("T", unit), Json::object().set("version", "v:1"));
  EXPECT_TRUE(*publication.commit(call.raw()));
  EXPECT_FALSE(*publication.commit(call.raw()));
  const auto cursors = warehouse.published(call.raw(), "run:a");
  ASSERT_TRUE(cursors.ok());
  TableUnits expected;
  add_unit(expected, "t", unit);
  EXPECT_EQ(units_of_cursors(*cursors), expected);
}

TEST_F(PublicationTest, DroppedOneLeavesNoMarker) {
  Publication publication(warehouse, "run:a");
  ASSERT_TRUE(publication.open(call.raw()).ok());
  EXPECT_TRUE(publication.drop(call.raw()).ok());
  EXPECT_TRUE(publication.drop(call.raw()).ok());
  EXPECT_EQ(warehouse.published(call.raw(), "run:a").status().code(), Code::not_found);
}

TEST_F(PublicationTest, ADiscardedStepLeavesNoCursor) {
  Publication publication(warehouse, "run");
  ASSERT_TRUE(publication.open(call.raw()).ok());
  publication.set_cursor("a", "k", Json::object().set("version", "v:1"));
  publication.set_cursor("b", "k", Json::object().set("version", "v:2"));
  publication.set_cursor("b", "other", Json::object());
  EXPECT_TRUE(publication.discard(call.raw(), "b").ok());
  EXPECT_TRUE(*publication.commit(call.raw()));
  EXPECT_EQ(warehouse.published(call.raw(), "run")->dump(), R"({"k":{"version":"v:1"}})");
}

}  // namespace
}  // namespace cvg
