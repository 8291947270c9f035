#include "host/routes/upkeep_routes.h"

#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class UpkeepRoutesTest : public RouteFixture {
 protected:
  Response keep(const std::string& tenant, const std::string& admin_key) {
    return call({"POST", "/api/v1/admin/tenants/" + tenant + "/upkeep", "", "", "", "", {{"X-Admin-Key", admin_key}}});
  }
};

TEST_F(UpkeepRoutesTest, TheOperatorMayRunAPassNow) {
  const Response response = keep("ACME", "the-admin-key");
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(json(response)["tenant_id"].text(), "Acme");
  EXPECT_EQ(json(response)["merged_files"].integer(), 40);
  EXPECT_EQ(upkeep.last, "acme");
  const auto rows = audit->list({.tenant_id = "acme", .action = "tenant.upkeep"});
  ASSERT_TRUE(rows.ok() && rows->rows.size() == 1);
  EXPECT_EQ(rows->rows.front().entry.actor, "admin");
  EXPECT_EQ(rows->rows.front().entry.target, "acme");
}

TEST_F(UpkeepRoutesTest, NobodyElseMay) {
  EXPECT_EQ(keep("acme", "wrong").status, 403);
  EXPECT_EQ(post("/api/v1/admin/tenants/acme/upkeep", acme_key, "").status, 401);
  EXPECT_EQ(upkeep.last, "");
}

TEST_F(UpkeepRoutesTest, AnUnknownTenantIsNotFound) { EXPECT_EQ(keep("nobody", "the-admin-key").status, 404); }

}  // namespace
}  // namespace cvg
