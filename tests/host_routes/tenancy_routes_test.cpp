#include "host/routes/tenancy_routes.h"

#include "host/routes/schemas.h"
#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class TenancyRoutes : public RouteFixture {
 protected:
  static constexpr const char* list_path = "/api/v1/tenants/Acme/credentials";
  static constexpr const char* one_path = "/api/v1/tenants/Acme/credentials/aaaaaaaa-2222-4333-8444-555555555555";
  Response admin(const std::string& method, const std::string& path, const std::string& key = "the-admin-key") {
    return call({method, path, "", "", "", "", {{"X-Admin-Key", key}}});
  }
};

TEST_F(TenancyRoutes, CredentialsGoToTheServiceWithTheirTenant) {
  const Response stored = post(list_path, acme_key, R"({"provider":"aws","credentials":{"a":"b"}})");
  EXPECT_EQ(stored.status, 200) << stored.body;
  EXPECT_EQ(tenancy.tenant, "acme");
  EXPECT_EQ(tenancy.body["provider"].text(), "aws");
  EXPECT_EQ(tenancy.audit.actor, "key:key_acme");
  EXPECT_EQ(tenancy.audit.client_address, "192.0.2.1");
  EXPECT_EQ(misfit("CredentialStored", json(stored)), "");
}

TEST_F(TenancyRoutes, ListCheckAndDeleteFitTheirSchemas) {
  EXPECT_EQ(misfit("[Credential", json(get(list_path, acme_key))), "");
  EXPECT_EQ(misfit("CredentialChecked", json(post(std::string(one_path) + "/check", acme_key, ""))), "");
  const Response gone = call({"DELETE", one_path, "", acme_key, "", "", {}});
  EXPECT_EQ(misfit("CredentialDeleted", json(gone)), "");
  EXPECT_EQ(tenancy.id, "aaaaaaaa-2222-4333-8444-555555555555");
}

TEST_F(TenancyRoutes, AnotherTenantsCredentialsAreDenied) {
  EXPECT_EQ(get(list_path, other_key).status, 403);
  EXPECT_EQ(get(list_path).status, 401);
  tenancy.next = Status(Code::not_found, "There is no such credential");
  EXPECT_EQ(call({"DELETE", one_path, "", acme_key, "", "", {}}).status, 404);
}

TEST_F(TenancyRoutes, OnlyTheOperatorRotatesTheMasterKey) {
  const Response rotated = admin("POST", "/api/v1/admin/keys/rotate");
  EXPECT_EQ(misfit("KeyRotation", json(rotated)), "") << rotated.body;
  EXPECT_EQ(tenancy.audit.actor, "admin");
  EXPECT_EQ(admin("POST", "/api/v1/admin/keys/rotate", "wrong").status, 403);
  EXPECT_EQ(post("/api/v1/admin/keys/rotate", acme_key, "").status, 401);
}

TEST_F(TenancyRoutes, AnExportIsAFileOfTheTenantsOwn) {
  const Response archive = get("/api/v1/tenants/acme/export", acme_key);
  EXPECT_EQ(archive.status, 200);
  EXPECT_EQ(archive.content_type, "application/x-tar");
  EXPECT_EQ(body_bytes(archive), 5);
  EXPECT_EQ(header(archive, "Content-Disposition"), "attachment; filename=\"acme.tar\"");
  EXPECT_EQ(get("/api/v1/tenants/acme/export", other_key).status, 403);
}

TEST_F(TenancyRoutes, OnlyTheOperatorErasesATenant) {
  const std::string path = "/api/v1/admin/tenants/Acme";
  EXPECT_EQ(misfit("Certificate", json(admin("DELETE", path))), "");
  EXPECT_EQ(tenancy.tenant, "acme");
  EXPECT_FALSE(tenancy.exported);
  EXPECT_EQ(call({"DELETE", path, "export=TRUE", "", "", "", {{"X-Admin-Key", "the-admin-key"}}}).status, 200);
  EXPECT_TRUE(tenancy.exported);
  EXPECT_EQ(call({"DELETE", path, "export=maybe", "", "", "", {{"X-Admin-Key", "the-admin-key"}}}).status, 400);
  EXPECT_EQ(call({"DELETE", path, "", acme_key, "", "", {}}).status, 401);
  EXPECT_EQ(misfit("Certificate", json(admin("GET", "/api/v1/admin/certificates/aaaaaaaa-2222-4333-8444-555555555555"))), "");
}

}  // namespace
}  // namespace cvg
