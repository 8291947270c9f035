#include "core/tenancy/offboarding.h"

#include "core/base/files.h"
#include "core/state/audit_log.h"
#include "tests/core_tenancy/onboarding_fixture.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

class CountingSessions final : public Sessions {
 public:
  Result<SessionAnswer> query(const SessionQuery&) override { return Status(Code::unsupported, "no sessions here"); }
  void published(const std::string&) override {}
  void forget(const std::string& tenant) override { forgotten = tenant; }
  void stop() override {}
  std::string forgotten;
};

class OffboardingTest : public OnboardingFixture {
 protected:
  void SetUp() override {
    OnboardingFixture::SetUp();
    ASSERT_TRUE(onboarding->onboard(request()).ok());
    erasures.emplace(*database, clock);
    exports.emplace(TenantExport::Parts{*database, warehouse, *mirror, clock, std::string(folder.path()), std::int64_t{1} << 30});
    offboarding.emplace(Offboarding::Parts{*erasures, *tenants, *pool, warehouse, sessions, *exports, clock, log, 2000});
  }
  TempFolder folder;
  CountingSessions sessions;
  std::optional<ErasureStore> erasures;
  std::optional<TenantExport> exports;
  std::optional<Offboarding> offboarding;
};

TEST_F(OffboardingTest, NothingIsLeftButTheCertificate) {
  const auto certificate = offboarding->erase("acme_1", false, {});
  ASSERT_TRUE(certificate.ok()) << certificate.status().log_text();
  EXPECT_EQ((*certificate)["tenant_id"].text(), "Acme_1");
  EXPECT_EQ((*certificate)["what"]["state_rows"]["tenant_profiles"].integer(), 1);
  EXPECT_EQ((*certificate)["audit_chain_hash"].text().size(), 64u);
  EXPECT_TRUE((*certificate)["export_file"].is_null());
  EXPECT_FALSE(*tenants->get("acme_1"));
  EXPECT_FALSE(warehouse.has_dataset("acme_1"));
  EXPECT_EQ(sessions.forgotten, "acme_1");
  EXPECT_EQ(offboarding->certificate((*certificate)["certificate_id"].text())->dump(), certificate->dump());
  EXPECT_EQ(offboarding->certificate("unknown").status().code(), Code::not_found);
}

TEST_F(OffboardingTest, ASecondCallAnswersTheSameCertificate) {
  const auto first = offboarding->erase("acme_1", false, {});
  const auto second = offboarding->erase("acme_1", true, {});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->dump(), second->dump());
  EXPECT_EQ(offboarding->erase("nobody", false, {}).status().code(), Code::not_found);
}

TEST_F(OffboardingTest, TheExportIsWrittenFirst) {
  const Json certificate = *offboarding->erase("acme_1", true, {});
  const std::string file = certificate["export_file"].text();
  ASSERT_TRUE(file.starts_with("exports/acme_1-"));
  EXPECT_TRUE(path_exists(folder.file(file.substr(std::string("exports/").size()))));
}

TEST_F(OffboardingTest, WhatAKilledOneBeganIsEnded) {
  Erasure begun;
  begun.tenant_id = "acme_1";
  begun.certificate_id = "11111111-2222-4333-8444-555555555555";
  begun = *erasures->begin(begun, {});
  begun.warehouse_json = R"({"tables":{"costs":7},"files":1,"bytes":9})";
  ASSERT_TRUE(erasures->set_measured(begun).ok());
  const Json certificate = *offboarding->erase("acme_1", false, {});
  EXPECT_EQ(certificate["certificate_id"].text(), begun.certificate_id);
  EXPECT_EQ(certificate["what"]["warehouse"]["tables"]["costs"].integer(), 7);
}

TEST_F(OffboardingTest, TheNextStartEndsWhatAKilledOneBegan) {
  Erasure begun;
  begun.tenant_id = "acme_1";
  begun.certificate_id = "11111111-2222-4333-8444-555555555555";
  begun.export_file = "acme_1-archive.tar";
  ASSERT_TRUE(erasures->begin(begun, {}).ok());
  ASSERT_TRUE(offboarding->recover().ok());
  EXPECT_TRUE(erasures->open()->empty());
  EXPECT_FALSE(*tenants->get("acme_1"));
  EXPECT_FALSE(warehouse.has_dataset("acme_1"));
  EXPECT_TRUE(path_exists(folder.file("acme_1-archive.tar"))) << "the wish for an archive outlives the crash";
  EXPECT_TRUE(offboarding->certificate(begun.certificate_id).ok());
  AuditLog audit(*database);
  EXPECT_EQ(audit.list({.tenant_id = "acme_1", .action = "tenant.erased"})->rows.at(0).entry.actor, "server");
  EXPECT_TRUE(offboarding->recover().ok()) << "nothing is left to do";
}

TEST_F(OffboardingTest, TheNameCanBeTakenAgain) {
  ASSERT_TRUE(offboarding->erase("acme_1", false, {}).ok());
  const auto again = onboarding->onboard(request());
  EXPECT_TRUE(again.ok()) << again.status().log_text();
}

}  // namespace
}  // namespace cvg
