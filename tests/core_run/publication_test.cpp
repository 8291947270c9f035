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

TEST_F(PublicationTest, OutputsComeBackWithTheMarkerAndAreNoUnits) {
  Publication publication(warehouse, "run");
  ASSERT_TRUE(publication.open(call.raw()).ok());
  publication.set_cursor("a", cursor_key("outputs", {"s", "u"}), Json::object().set("version", "v:1"));
  publication.set_outputs("a", Json::object().set("rows", 7).set("reload", true));
  publication.set_outputs("b", Json::object().set("rows", 8));
  EXPECT_TRUE(publication.discard(call.raw(), "b").ok());
  EXPECT_TRUE(*publication.commit(call.raw()));
  const auto cursors = warehouse.published(call.raw(), "run");
  const auto outputs = outputs_of_cursors(*cursors);
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs.at("a").dump(), R"({"rows":7,"reload":true})");
  EXPECT_EQ(units_of_cursors(*cursors).size(), 1u);
  EXPECT_EQ(warehouse.cursor(call.raw(), "outputs").status().code(), Code::not_found);
  EXPECT_TRUE(outputs_of_cursors(Json::parse(R"({"t|s|u":{"version":"v:1"}})")).empty()) << "a marker of before";
}

TEST_F(PublicationTest, LargeOutputsAreStoredWithoutWhatDoesNotFit) {
  Publication publication(warehouse, "run");
  ASSERT_TRUE(publication.open(call.raw()).ok());
  publication.set_outputs("a", Json::object().set("units", std::string(70000, 'u')).set("files", 2).set("rows", 7));
  EXPECT_TRUE(*publication.commit(call.raw()));
  EXPECT_EQ(outputs_of_cursors(*warehouse.published(call.raw(), "run")).at("a").dump(), R"({"rows":7,"files":2})");
}

}  // namespace
}  // namespace cvg
