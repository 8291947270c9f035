#include "host/routes/health_routes.h"

#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

using HealthRoutesTest = RouteFixture;

TEST_F(HealthRoutesTest, TellTheServiceAndItsEnvironment) {
  EXPECT_EQ(get("/health").body,
            R"({"status":"healthy","service":"convergence-data-pipeline","version":"1.2.3","environment":"test"})");
}

TEST_F(HealthRoutesTest, LivenessKnowsThatTheServerStops) {
  EXPECT_EQ(text(get("/health/live"), "status"), "alive");
  stopping.store(true);
  EXPECT_EQ(text(get("/health/live"), "status"), "shutting_down");
  EXPECT_EQ(get("/health/ready").status, 503);
}

TEST_F(HealthRoutesTest, ReadinessNamesThePartThatFails) {
  EXPECT_EQ(get("/health/ready").status, 200);
  store_works = false;
  const Response response = get("/health/ready");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(json(response)["checks"]["state_store"].text(), "failed");
}

TEST_F(HealthRoutesTest, TheRootIsAPageOrJson) {
  EXPECT_EQ(get("/").content_type, "text/html; charset=utf-8");
  const Response greeting = call({"GET", "/", "", "", "", "", {{"Accept", "application/json"}}});
  EXPECT_EQ(text(greeting, "docs"), "/docs");
  EXPECT_EQ(call({"GET", "/", "", "", "", "", {{"Accept", "text/html,application/json"}}}).content_type, "text/html; charset=utf-8");
}

}  // namespace
}  // namespace cvg
