#include "core/state/credential_store.h"

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class CredentialStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"acme", "other"}) ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), {}).ok());
    store.emplace(*database_, clock_);
  }
  static Credential credential(const std::string& provider, const std::string& id) {
    Credential out;
    out.id = id;
    out.tenant_id = "acme";
    out.provider = provider;
    out.name = provider;
    out.sealed = std::string("\0sealed", 7) + id;
    return out;
  }
  std::optional<CredentialStore> store;
};

TEST_F(CredentialStoreTest, OneForEachProviderAndTheIdStays) {
  EXPECT_TRUE((*store->put(credential("aws", "c1"), 3, {})).created);
  clock_.advance_ms(5);
  const auto again = *store->put(credential("aws", "c2"), 3, {});
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.id, "c1");
  const auto row = **store->get("acme", "c1");
  EXPECT_EQ(row.sealed, std::string("\0sealed", 7) + "c2");
  EXPECT_GT(row.updated_ms, row.created_ms);
  EXPECT_EQ(store->list("acme")->size(), 1u);
  EXPECT_TRUE(store->list("acme")->front().sealed.empty());
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action IN ('credential.create', 'credential.update')"), 2);
}

TEST_F(CredentialStoreTest, ThePlanLimitsNewProvidersAlone) {
  ASSERT_TRUE(store->put(credential("aws", "c1"), 1, {}).ok());
  const Status refused = store->put(credential("gcp", "c2"), 1, {}).status();
  EXPECT_EQ(refused.code(), Code::denied);
  EXPECT_NE(refused.text().find("1 providers"), std::string::npos);
  EXPECT_TRUE(store->put(credential("aws", "c3"), 1, {}).ok());
}

TEST_F(CredentialStoreTest, EveryChangeWaitsForTheMirror) {
  const auto waiting = [&] { return count("SELECT count(*) FROM outbox WHERE kind = 'mirror' AND tenant_id = 'acme'"); };
  const std::int64_t before = waiting();
  ASSERT_TRUE(store->put(credential("aws", "c1"), 3, {}).ok());
  EXPECT_EQ(waiting(), before + 1);
  ASSERT_TRUE(store->set_check(**store->get("acme", "c1"), {}).ok());
  EXPECT_EQ(waiting(), before + 2);
  ASSERT_TRUE(store->remove("acme", "c1", {}).ok());
  EXPECT_EQ(waiting(), before + 3);
  EXPECT_EQ(store->remove("acme", "c1", {}).code(), Code::not_found);
  EXPECT_EQ(waiting(), before + 3);
}

TEST_F(CredentialStoreTest, UnknownAndForeignIdsAnswerAlike) {
  ASSERT_TRUE(store->put(credential("aws", "c1"), 3, {}).ok());
  const Status foreign = store->remove("other", "c1", {}), unknown = store->remove("other", "nothing", {});
  EXPECT_EQ(foreign.code(), Code::not_found);
  EXPECT_EQ(foreign.text(), unknown.text());
  EXPECT_FALSE(store->get("other", "c1")->has_value());
  EXPECT_TRUE(store->remove("acme", "c1", {}).ok());
  EXPECT_TRUE(store->list("acme")->empty());
}

TEST_F(CredentialStoreTest, AnUpdateForgetsTheCheckAndALateCheckIsNotStored) {
  ASSERT_TRUE(store->put(credential("aws", "c1"), 3, {}).ok());
  Credential checked = **store->get("acme", "c1");
  checked.last_check_ms = 7;
  checked.last_check_status = "VALID";
  ASSERT_TRUE(store->set_check(checked, {}).ok());
  EXPECT_EQ(store->list("acme")->front().last_check_status, "VALID");
  ASSERT_TRUE(store->put(credential("aws", "c2"), 3, {}).ok());
  EXPECT_EQ(store->list("acme")->front().last_check_ms, 0);
  EXPECT_EQ(store->set_check(checked, {}).code(), Code::not_found);
}

}  // namespace
}  // namespace cvg
