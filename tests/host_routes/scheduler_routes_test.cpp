#include "host/routes/scheduler_routes.h"

#include "host/routes/routes.h"
#include "host/routes/schemas.h"
#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class SchedulerRoutesTest : public RouteFixture {
 protected:
  Response operate(const std::string& method, const std::string& path, const std::string& query = "", const std::string& admin_key = "the-admin-key") {
    return call({method, path, query, "", "", "", {{"X-Admin-Key", admin_key}}});
  }
};

TEST_F(SchedulerRoutesTest, ASchedulesLife) {
  const Response made = post("/api/v1/scheduler/customer/acme/pipelines", acme_key, R"({"provider": "aws"})");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(misfit("Schedule", json(made)), "");
  EXPECT_EQ(text(made, "tenant_id"), "Acme");
  EXPECT_EQ(schedules.last.tenant.id, "acme");
  EXPECT_EQ(schedules.last.actor, "key:key_acme");
  EXPECT_EQ(misfit("[Schedule", json(get("/api/v1/scheduler/customer/Acme/pipelines", acme_key, "is_active=true"))), "");
  EXPECT_EQ(schedules.filter, std::optional<bool>(true));
  EXPECT_EQ(get("/api/v1/scheduler/customer/acme/pipelines", acme_key, "is_active=maybe").status, 400);
  const std::string path = "/api/v1/scheduler/customer/acme/pipelines/";
  EXPECT_EQ(misfit("ScheduleDeleted", json(call({"DELETE", path + FakeSchedules::make().config_id, "", acme_key, "", "", {}}))), "");
  EXPECT_EQ(call({"DELETE", path + "unknown", "", acme_key, "", "", {}}).status, 404);
  EXPECT_EQ(get("/api/v1/scheduler/customer/acme/pipelines", other_key).status, 403);
  EXPECT_EQ(get("/api/v1/scheduler/customer/acme/pipelines").status, 401);
}

TEST_F(SchedulerRoutesTest, EveryPathAnswersUnderItsOtherNames) {
  for (const char* path : {"/api/v1/scheduler/customer/acme/pipelines", "/api/v1/scheduler/tenant/acme/pipelines",
                           "/scheduler/customer/acme/pipelines", "/scheduler/tenant/acme/pipelines"})
    EXPECT_EQ(get(path, acme_key).status, 200) << path;
  EXPECT_EQ(operate("GET", "/scheduler/status").status, 200);
  std::size_t of_scheduler = 0;
  for (const Route& route : routes()) of_scheduler += route.path.starts_with("/api/v1/scheduler/") ? 1u : 0u;
  EXPECT_EQ(route_aliases().size(), of_scheduler + 2 * 3) << "three rows have a tenant in their path";
  for (const RouteAlias& alias : route_aliases())
    for (const Route& route : routes()) EXPECT_NE(alias.path, route.path);
}

TEST_F(SchedulerRoutesTest, OperatorsRoutes) {
  const Response triggered = operate("POST", "/api/v1/scheduler/trigger", "limit=7");
  EXPECT_EQ(misfit("TriggerCounts", json(triggered)), "") << triggered.body;
  EXPECT_EQ(operations.last_tenant, "");
  EXPECT_EQ(operations.last_limit, 7);
  EXPECT_EQ(operations.last.actor, "admin");
  EXPECT_EQ(text(operate("POST", "/api/v1/scheduler/process-queue"), "status"), "IDLE");
  EXPECT_EQ(text(operate("POST", "/api/v1/scheduler/process-queue", "max=5"), "status"), "PROCESSING");
  EXPECT_EQ(misfit("SchedulerStatus", json(operate("GET", "/api/v1/scheduler/status"))), "");
  EXPECT_EQ(misfit("QuotaReset", json(operate("POST", "/api/v1/scheduler/reset-daily-quotas"))), "");
  const Response cleaned = operate("POST", "/api/v1/scheduler/cleanup-orphaned-pipelines");
  EXPECT_EQ(misfit("Cleanup", json(cleaned)), "");
  EXPECT_EQ(json(cleaned)["total_pipelines_cleaned"].text(), "1");
  for (const char* path : {"trigger", "process-queue", "reset-daily-quotas", "cleanup-orphaned-pipelines"}) {
    const std::string whole = std::string("/api/v1/scheduler/") + path;
    EXPECT_EQ(call({"POST", whole, "", "", "", "", {}}).status, 401) << path;
    EXPECT_EQ(operate("POST", whole, "", "wrong").status, 403) << path;
    EXPECT_EQ(operate("GET", whole).status, 405) << path;
  }
  for (const char* query : {"limit=0", "limit=1001", "limit=x"}) EXPECT_EQ(operate("POST", "/scheduler/trigger", query).status, 400) << query;
  EXPECT_EQ(operate("POST", "/scheduler/process-queue", "max=101").status, 400);
}

TEST_F(SchedulerRoutesTest, ATenantTriggersForItselfAlone) {
  const Response triggered = call({"POST", "/api/v1/scheduler/trigger", "", acme_key, "", "", {}});
  ASSERT_EQ(triggered.status, 200) << triggered.body;
  EXPECT_EQ(operations.last_tenant, "acme");
  EXPECT_EQ(operations.last_limit, 100);
  EXPECT_EQ(header(triggered, "X-RateLimit-Tenant-Limit"), "100");
  EXPECT_EQ(call({"POST", "/api/v1/scheduler/trigger", "", "Acme_api_wrong", "", "", {}}).status, 401);
  EXPECT_EQ(call({"POST", "/api/v1/scheduler/process-queue", "", acme_key, "", "", {}}).status, 401);
}

TEST_F(SchedulerRoutesTest, ABackfillsLife) {
  const Response made = post("/api/v1/pipelines/backfill/acme/AWS/cost/cur", acme_key, R"({"from": "2026-01-01", "to": "2026-01-04"})");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(misfit("Backfill", json(made)), "");
  EXPECT_EQ(schedules.last_order.provider, "AWS");
  EXPECT_EQ(schedules.last_order.body["from"].text(), "2026-01-01");
  const std::string path = "/api/v1/pipelines/backfill/acme/" + FakeSchedules::backfill().backfill_id;
  EXPECT_EQ(text(get(path, acme_key), "status"), "RUNNING");
  EXPECT_EQ(get("/api/v1/pipelines/backfill/acme/unknown", acme_key).status, 404);
  EXPECT_EQ(get(path, other_key).status, 403);
  EXPECT_EQ(text(call({"DELETE", path, "", acme_key, "", "", {}}), "status"), "CANCELLED");
}

}  // namespace
}  // namespace cvg
