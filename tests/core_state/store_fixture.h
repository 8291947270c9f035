// What the tests of the stores share: a store in a folder or in memory, a clock to turn, and rows to begin with.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/base/digest.h"
#include "core/state/run_store.h"
#include "core/state/tenant_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {

inline PlanLimits starter() { return {"STARTER", 6, 180, 3, 2, 3}; }

inline Tenant make_tenant(const std::string& id, const PlanLimits& plan = starter()) {
  Tenant tenant;
  tenant.id = id;
  tenant.display_id = id;
  tenant.company_name = "Acme";
  tenant.admin_email = "admin@example.com";
  tenant.plan = plan;
  tenant.status = "ACTIVE";
  return tenant;
}

inline ApiKey make_key(const std::string& tenant_id, const std::string& key) {
  ApiKey row;
  row.id = "key_" + key;
  row.tenant_id = tenant_id;
  row.hash = sha256_hex(key);
  row.ciphertext = std::string("\0\xff\x01", 3);
  row.scopes = "*";
  return row;
}

inline Run make_run(const std::string& tenant_id, const std::string& name) {
  Run run;
  run.tenant_id = tenant_id;
  run.provider = "aws";
  run.domain = "cost";
  run.template_name = name;
  run.pipeline_id = tenant_id + "-aws-cost-" + name;
  run.trigger_type = "api";
  run.trigger_by = "api_user";
  run.run_date = "2026-05-15";
  run.parameters_json = "{}";
  return run;
}

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    database_.reset();
    Result<std::unique_ptr<Database>> opened = open_database({.path = folder_.file("state.sqlite")});
    ASSERT_TRUE(opened.ok()) << opened.status().log_text();
    database_ = std::move(*opened);
    runs_ = std::make_unique<RunStore>(*database_, clock_);
    tenants_ = std::make_unique<TenantStore>(*database_, clock_);
  }
  Result<RunStore::Begun> begin(const std::string& tenant_id, const std::string& name, const PlanLimits& plan = starter(),
                                bool counts_quota = true) {
    return runs_->begin(make_run(tenant_id, name), plan, counts_quota, {});
  }
  std::int64_t count(const std::string& sql) {
    std::int64_t number = -1;
    const Status status = database_->read([&](Connection& c) {
      Statement& row = c.prepare(sql);
      if (row.step()) number = row.integer(0);
      return row.status();
    });
    EXPECT_TRUE(status.ok()) << status.log_text();
    return number;
  }

  TempFolder folder_;
  FakeClock clock_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<RunStore> runs_;
  std::unique_ptr<TenantStore> tenants_;
};

}  // namespace cvg
