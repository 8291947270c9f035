// Two tenants' lakes in a temporary folder, made by the engine itself, and sessions over them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/json.h"
#include "core/warehouse/sessions.h"
#include "engine.h"

namespace cvg {

class SessionLake : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    char folder[] = "/tmp/cvg_session_lake_XXXXXX";
    folder_ = mkdtemp(folder);
    for (const char* tenant : {"acme", "other"}) make_lake(tenant);
    const Json config = Json::object().set("lakes_dir", lakes()).set("extensions_dir", CVG_EXTENSIONS_DIR);
    SessionLimits limits;
    limits.query_timeout_ms = 20000;
    limits.memory_mb = 600;
    Result<std::unique_ptr<Sessions>> started =
        start_sessions({"/proc/self/exe", "--session-parent", config.dump()}, folder_ + "/scratch", limits, *clock_);
    ASSERT_TRUE(started.ok()) << started.status().text();
    sessions_ = std::move(started).value();
  }
  static void TearDownTestSuite() {
    sessions_.reset();
    std::filesystem::remove_all(folder_);
  }

  static std::string lakes() { return folder_ + "/lakes"; }
  static std::string lake_folder(const std::string& tenant) { return lakes() + "/" + tenant; }

  // An engine that has the tenant's lake attached for writing.
  static std::unique_ptr<ducklake::Engine> writer(const std::string& tenant) {
    ducklake::EngineConfig config;
    config.threads = 1;
    config.temp_limit_mb = 0;
    config.extensions_dir = CVG_EXTENSIONS_DIR;
    auto engine = ducklake::Engine::open(config);
    engine->attach(lake_folder(tenant) + "/catalog.sqlite", lake_folder(tenant) + "/data/", "", false);
    return engine;
  }

  static Result<SessionAnswer> run(const std::string& sql, const std::string& format = "json", const std::string& tenant = "acme") {
    SessionQuery query;
    query.tenant_id = query.display_id = tenant;
    query.sql = sql;
    query.format = format;
    return sessions_->query(query);
  }
  // The rows of the answer as JSON text, or the error's text behind "error: ".
  static std::string rows(const std::string& sql, const std::string& tenant = "acme") {
    Result<SessionAnswer> answer = run(sql, "json", tenant);
    return answer.ok() ? parse_json(answer->body).value()["rows"].dump() : "error: " + answer.status().text();
  }
  static void expect_refused(const std::string& sql) {
    Result<SessionAnswer> answer = run(sql);
    ASSERT_FALSE(answer.ok()) << sql << " answered " << answer->body.substr(0, 300);
    const std::string text = answer.status().text();
    EXPECT_FALSE(text.empty());
    for (const std::string& leak : {folder_, std::string("lake$"), std::string("__ducklake"), std::string("catalog.sqlite")})
      EXPECT_TRUE(text.find(leak) == std::string::npos || sql.find(leak) != std::string::npos) << sql << " says " << text;
  }

  static inline std::string folder_;
  static inline std::unique_ptr<SystemClock> clock_ = std::make_unique<SystemClock>();
  static inline std::unique_ptr<Sessions> sessions_;

 private:
  static void make_lake(const std::string& tenant) {
    std::filesystem::create_directories(lake_folder(tenant) + "/data");
    auto engine = writer(tenant);
    const std::string dataset = "\"lake$\"." + ducklake::quoted(tenant);
    engine->exec("CREATE SCHEMA " + dataset);
    engine->exec("CREATE SCHEMA \"lake$\".tenants");
    engine->exec("CREATE SCHEMA \"lake$\".__cvg");
    engine->exec("CREATE TABLE \"lake$\".__cvg.marker AS SELECT 1 AS secret_marker");
    engine->exec("CREATE TABLE " + dataset + ".bill AS SELECT i AS id, 'svc' || (i % 3) AS service, "
                 "CAST(i AS DECIMAL(38,24)) / 8 AS ratio, CAST('0.000000000000000000000001' AS DECIMAL(38,24)) AS cost, "
                 "DATE '2025-11-01' + CAST(i % 30 AS INTEGER) AS usage_date FROM range(5000) t(i)");
    engine->exec("CREATE VIEW \"lake$\".tenants.tenant_pipeline_runs AS SELECT '" + tenant + "' AS tenant_id, 1 AS n");
    engine->exec("CREATE TABLE " + dataset + ".named AS SELECT 'mine' AS filename");
    engine->exec("CREATE VIEW " + dataset + ".v AS SELECT count(*) AS n FROM " + dataset + ".bill");
    engine->detach();
  }
};

}  // namespace cvg
