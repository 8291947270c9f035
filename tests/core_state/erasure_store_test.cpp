#include "core/state/erasure_store.h"

#include <fstream>
#include <iterator>

#include "core/state/credential_store.h"
#include "core/state/key_store.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class ErasureStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "k"), {}).ok());
    erasures.emplace(*database_, clock_);
  }
  static Erasure wanted(const std::string& certificate, const std::string& file = "") {
    Erasure out;
    out.tenant_id = "acme";
    out.certificate_id = certificate;
    out.export_file = file;
    return out;
  }
  static std::string certify(const Erased& erased) { return erased.erasure.certificate_id + " " + erased.audit_chain_hash; }
  std::optional<ErasureStore> erasures;
};

TEST_F(ErasureStoreTest, TheBeginningSuspendsAndEndsWhatWaits) {
  ASSERT_TRUE(begin("acme", "costs").ok());
  EXPECT_TRUE(erasures->open()->empty());
  ASSERT_TRUE(erasures->begin(wanted("c1"), {}).ok());
  EXPECT_EQ(*erasures->open(), std::vector<std::string>{"acme"});
  EXPECT_EQ((*tenants_->get("acme"))->status, "SUSPENDED");
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_runs WHERE status = 'FAILED' AND error_message LIKE 'Cancelled%'"), 1);
  EXPECT_FALSE(begin("acme", "again").ok());
}

TEST_F(ErasureStoreTest, NothingIsAddedOrMadeActiveFromTheBeginningToTheEnd) {
  ASSERT_TRUE(erasures->begin(wanted("c1"), {}).ok());
  EXPECT_EQ(tenants_->change("acme", {std::nullopt, "ACTIVE"}, {}).status().code(), Code::conflict);
  EXPECT_EQ((*tenants_->get("acme"))->status, "SUSPENDED");
  EXPECT_EQ(tenants_->begin_recreation("acme", {}).code(), Code::conflict);
  KeyStore keys(*database_, clock_);
  EXPECT_EQ(keys.add(make_key("acme", "another"), 10, {}).code(), Code::conflict);
  EXPECT_EQ(keys.rotate(make_key("acme", "next"), "", 0, {}).status().code(), Code::conflict);
  CredentialStore credentials(*database_, clock_);
  Credential credential;
  credential.id = "c";
  credential.tenant_id = "acme";
  credential.provider = "aws";
  EXPECT_EQ(credentials.put(credential, 3, {}).status().code(), Code::conflict);
}

TEST_F(ErasureStoreTest, NothingErasedIsLeftInTheStoresFiles) {
  const std::string secret(40, '\x7e');
  const auto is_in_files = [&] {
    for (const std::string name : {"state.sqlite", "state.sqlite-wal"}) {
      std::ifstream file(folder_.file(name), std::ios::binary);
      if (std::string((std::istreambuf_iterator<char>(file)), {}).find(secret) != std::string::npos) return true;
    }
    return false;
  };
  Credential credential;
  credential.id = "c";
  credential.tenant_id = "acme";
  credential.provider = "aws";
  credential.sealed = secret;
  ASSERT_TRUE(CredentialStore(*database_, clock_).put(credential, 3, {}).ok());
  EXPECT_TRUE(is_in_files());
  ASSERT_TRUE(erasures->finish(*erasures->begin(wanted("c1"), {}), {}, certify).ok());
  ASSERT_TRUE(erasures->empty_log().ok());
  EXPECT_FALSE(is_in_files());
}

TEST_F(ErasureStoreTest, ASecondBeginningIsTheFirstOneWithItsExport) {
  ASSERT_TRUE(erasures->begin(wanted("c1"), {}).ok());
  clock_.advance_ms(1000);
  const Erasure again = *erasures->begin(wanted("c2", "a.tar"), {});
  EXPECT_EQ(again.certificate_id, "c1");
  EXPECT_EQ(again.export_file, "a.tar");
  EXPECT_EQ(erasures->begin(wanted("c3"), {})->export_file, "a.tar");
}

TEST_F(ErasureStoreTest, TheEndTakesEverythingAndKeepsTheCertificate) {
  Erasure erasure = *erasures->begin(wanted("c1"), {});
  erasure.warehouse_json = R"({"files":3})";
  ASSERT_TRUE(erasures->set_measured(erasure).ok());
  EXPECT_EQ(erasures->begin(wanted("c2"), {})->warehouse_json, erasure.warehouse_json);
  AuditEntry audit;
  audit.tenant_id = "acme";
  audit.action = "tenant.erased";
  const std::string certificate = *erasures->finish(erasure, audit, certify);
  EXPECT_EQ(certificate.size(), std::string("c1 ").size() + 64);
  EXPECT_FALSE(*tenants_->get("acme"));
  EXPECT_EQ(**erasures->certificate("c1"), certificate);
  EXPECT_EQ(**erasures->last_certificate("acme"), certificate);
  EXPECT_FALSE(erasures->certificate("c2")->has_value());
  EXPECT_EQ(erasures->begin(wanted("c2"), {}).status().code(), Code::not_found);
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action = 'tenant.erased'"), 1);
}

TEST_F(ErasureStoreTest, ARunThatWasLetInBeforeTheEndIsRefusedAfterIt) {
  const Erasure erasure = *erasures->begin(wanted("c1"), {});
  ASSERT_TRUE(erasures->finish(erasure, {}, certify).ok());
  EXPECT_EQ(begin("acme", "late").status().code(), Code::not_found);
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "again"), {}).ok());
  EXPECT_TRUE(begin("acme", "late").ok());
}

TEST_F(ErasureStoreTest, NothingGoesWhileARunIsExecuted) {
  ASSERT_TRUE(begin("acme", "costs").ok());
  const auto leased = runs_->lease(1000, "w");
  ASSERT_TRUE(leased.ok() && leased->has_value());
  const Erasure erasure = *erasures->begin(wanted("c1"), {});
  EXPECT_EQ(erasures->end_waiting("acme")->size(), 1u);
  EXPECT_EQ(erasures->finish(erasure, {}, certify).status().code(), Code::conflict);
  EXPECT_TRUE(*tenants_->get("acme"));
}

}  // namespace
}  // namespace cvg
