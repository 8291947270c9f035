// A whole run engine on an in-memory state store and warehouse, with step kinds given as functions.
#pragma once

#include <convergence/plugin.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/plugin/call.h"
#include "core/plugin/host_table.h"
#include "core/run/mirror.h"
#include "core/run/run_acceptor.h"
#include "core/run/run_request.h"
#include "core/run/worker_pool.h"
#include "core/state/credential_store.h"
#include "core/state/database.h"
#include "tests/fakes/fake_components.h"
#include "tests/fakes/memory_warehouse.h"

namespace cvg {

class RunFixture : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/core_run_XXXXXX";
    root = mkdtemp(name);
    auto opened = open_database({.path = ":memory:"});
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    database = std::move(*opened);
    store.emplace(*database, clock);
    tenants.emplace(*database, clock);
    credentials.emplace(*database, clock);
    components.steps["ok"] = [](cvg_call*, const Json&, Json& outputs) {
      outputs.set("rows", 1);
      return Status();
    };
    components.steps["fail"] = [](cvg_call*, const Json&, Json&) { return Status(Code::data, "bad data"); };
    components.steps["write"] = [](cvg_call* call, const Json& spec, Json& outputs) { return write_rows(call, spec, outputs); };
    templates.emplace(std::vector<std::string>{root}, components);
    watch.emplace(clock, 20);
    RunLimits limits;
    limits.workers = 2;
    environment.emplace(RunEnvironment{*store, *tenants, warehouse, *templates, components, sources, *watch, clock, log, counters,
                                       root + "/stage", limits, {}, {}});
    acceptor.emplace(*environment);
  }
  void TearDown() override {
    pool.reset();
    std::filesystem::remove_all(root);
    ::close(nowhere);
  }

  // Ingests spec.rows rows into spec.table through the host's table, as a plugin would.
  static Status write_rows(cvg_call* call, const Json& spec, Json& outputs) {
    const std::string table = spec["table"].text(), sql = "ROWS " + spec["rows"].text_or("1");
    const std::string source = spec["source_id"].text_or("s"), unit = spec["unit"].text_or("u");
    cvg_ingest request;
    std::memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.mode = CVG_REPLACE_UNIT;
    request.table = convergence::str(table);
    request.sql = convergence::str(sql);
    request.source = convergence::str(source);
    request.unit = convergence::str(unit);
    try {
      outputs.set("rows", convergence::Call(&host_table(), call).ingest(request)).set("table", table);
    } catch (const convergence::Error& error) {
      return Status(code_from_abi(error.code()), error.what());
    }
    return spec["then_fail"].boolean() ? Status(Code::data, "after writing") : Status();
  }

  void put_template(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(root + "/test/flow");
    std::ofstream(root + "/test/flow/" + name + ".yml") << text;
  }
  Tenant add_tenant(const std::string& id, std::int64_t concurrent = 10) {
    Tenant tenant;
    tenant.id = tenant.display_id = id;
    tenant.company_name = id;
    tenant.admin_email = "a@example.com";
    tenant.plan = {"TEST", 1000, 10000, concurrent, 1, 1};
    tenant.status = "ACTIVE";
    ApiKey key;
    key.id = id + "-key";
    key.tenant_id = id;
    key.hash = id + "-hash";
    key.scopes = "*";
    const Status made = tenants->create(tenant, key, {});
    EXPECT_TRUE(made.ok()) << made.text();
    CallInfo info;
    info.tenant_id = info.display_id = id;
    Call call(Call::Options{.info = info, .clock = &clock});
    EXPECT_TRUE(warehouse.create_dataset(call.raw(), true).ok());
    return tenant;
  }
  Result<Triggered> trigger(const Tenant& tenant, const std::string& name, const std::string& body = "{}") {
    TriggerRequest request;
    request.tenant = tenant;
    request.provider = "test";
    request.domain = "flow";
    request.template_name = name;
    request.body = Json::parse(body);
    return acceptor->trigger(request);
  }
  void start_pool() {
    pool.emplace(*database, *environment);
    ASSERT_TRUE(pool->start().ok());
  }
  // Another server's worker: leases the run that waits.
  std::pair<cvg::Run, Lease> lease() {
    auto leased = store->lease(60000, "test");
    EXPECT_TRUE(leased.ok() && *leased);
    return **leased;
  }
  std::unique_ptr<RunContext> context(std::pair<cvg::Run, Lease> leased, const Tenant& tenant) {
    auto pipeline = pipeline_of(*environment, leased.first, tenant);
    EXPECT_TRUE(pipeline.ok()) << pipeline.status().text();
    auto out = std::make_unique<RunContext>(*environment, leased.first, tenant, leased.second);
    out->pipeline = std::move(*pipeline);
    return out;
  }
  // Triggers and waits; the run as stored.
  cvg::Run run(const Tenant& tenant, const std::string& name, const std::string& body = "{}") {
    if (!pool) start_pool();
    const auto triggered = trigger(tenant, name, body);
    EXPECT_TRUE(triggered.ok()) << triggered.status().text();
    if (!triggered.ok()) return {};
    const auto ended = pool->wait(tenant.id, triggered->run_id, 30000);
    EXPECT_TRUE(ended.ok()) << ended.status().text();
    return ended.ok() ? *ended : cvg::Run();
  }
  // "a:COMPLETE b:FAILED", in the template's order.
  std::string states(const cvg::Run& of) {
    auto rows = store->steps(of.id);
    std::sort(rows->begin(), rows->end(), [](const StepRun& a, const StepRun& b) { return a.step_index < b.step_index; });
    std::string out;
    for (const StepRun& row : *rows) out += (out.empty() ? "" : " ") + row.step_id + ":" + std::string(to_text(row.state));
    return out;
  }
  StepRun step(const cvg::Run& of, const std::string& id) {
    const auto rows = store->steps(of.id);
    for (const StepRun& row : *rows) {
      if (row.step_id == id) return row;
    }
    return {};
  }

  std::string root;
  SystemClock clock;
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Log log{Severity::debug, nowhere};
  std::unique_ptr<Database> database;
  std::optional<RunStore> store;
  std::optional<TenantStore> tenants;
  std::optional<CredentialStore> credentials;
  MemoryWarehouse warehouse;
  FakeComponents components;
  SourceRoots sources;
  std::optional<TemplateCatalog> templates;
  std::optional<StepWatch> watch;
  RunCounters counters;
  std::optional<RunEnvironment> environment;
  std::optional<RunAcceptor> acceptor;
  std::optional<WorkerPool> pool;
};

}  // namespace cvg
