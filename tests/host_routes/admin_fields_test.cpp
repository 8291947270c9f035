#include "host/routes/admin_fields.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(AdminFields, AKeysStatusFollowsTheClock) {
  ApiKey key;
  key.id = "k";
  key.scopes = "pipelines:read,data:query";
  key.hash = "the-hash";
  key.created_ms = 1;
  key.expires_ms = 1000;
  EXPECT_EQ(key_json(key, 999)["status"].text(), "ACTIVE");
  EXPECT_EQ(key_json(key, 1000)["status"].text(), "EXPIRED");
  key.is_active = false;
  EXPECT_EQ(key_json(key, 999)["status"].text(), "REVOKED");
  EXPECT_EQ(key_json(key, 0)["scopes"].dump(), R"(["pipelines:read","data:query"])");
  EXPECT_EQ(key_json(key, 0).dump().find("the-hash"), std::string::npos);
  EXPECT_EQ(misfit("ApiKey", key_json(key, 0)), "");
}

TEST(AdminFields, AnAuditRowsDetailIsAnObjectWhateverIsStored) {
  AuditRow row;
  row.entry.action = "key.create";
  EXPECT_EQ(audit_json(row)["detail"].dump(), "{}");
  row.entry.detail_json = R"({"a":1})";
  EXPECT_EQ(audit_json(row)["detail"].dump(), R"({"a":1})");
  EXPECT_TRUE(audit_json(row)["user_id"].is_null());
  EXPECT_EQ(misfit("AuditRow", audit_json(row)), "");
}

TEST(AdminFields, AnIssuedKeyFitsItsSchema) {
  IssuedKey issued;
  issued.tenant.display_id = "Acme";
  issued.api_key = "Acme_api_x";
  issued.row.created_ms = 5;
  issued.replaced.resize(1);
  issued.replaced[0].created_ms = 4;
  EXPECT_EQ(misfit("IssuedKey", issued_key_json(issued, 10)), "");
}

}  // namespace
}  // namespace cvg
