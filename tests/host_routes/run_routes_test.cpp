#include "host/routes/run_routes.h"

#include "core/base/text.h"
#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

using RunRoutesTest = RouteFixture;

TEST_F(RunRoutesTest, ATriggerHandsOverPathBodyAndWho) {
  const Response response = call({"POST", "/api/v1/pipelines/run/acme/AWS/Cost/cur", "", acme_key, R"({"date":"2026-05-01"})",
                                  "application/json", {{"X-User-ID", "user-7"}, {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(runs.last.tenant.id, "acme");
  EXPECT_EQ(runs.last.provider, "AWS");
  EXPECT_EQ(runs.last.template_name, "cur");
  EXPECT_EQ(runs.last.body["date"].text(), "2026-05-01");
  EXPECT_EQ(runs.last.user_id, "user-7");
  EXPECT_EQ(runs.last.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(runs.last.actor, "key:key_acme");
  EXPECT_EQ(runs.last.trigger_type, "api");
  EXPECT_EQ(text(response, "tenant_id"), "Acme");
  EXPECT_EQ(text(response, "status"), "PENDING");
  EXPECT_EQ(json(response).find("duplicate"), nullptr);
}

TEST_F(RunRoutesTest, ATriggerNeedsNoBody) {
  EXPECT_EQ(post("/api/v1/pipelines/run/acme/a/b/c", acme_key, "").status, 200);
}

TEST_F(RunRoutesTest, ADuplicateSaysSo) {
  runs.duplicate = true;
  EXPECT_TRUE(json(post("/api/v1/pipelines/run/acme/a/b/c", acme_key, "{}"))["duplicate"].boolean());
}

TEST_F(RunRoutesTest, QuotaRefusalsKeepTheirCode) {
  runs.next = Status(Code::quota, "Daily pipeline quota exceeded.").with_detail_json(R"({"code":"DAILY_QUOTA_EXCEEDED"})");
  const Response response = post("/api/v1/pipelines/run/acme/a/b/c", acme_key, "{}");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(text(response, "code"), "DAILY_QUOTA_EXCEEDED");
  EXPECT_FALSE(header(response, "Retry-After").empty());
}

TEST_F(RunRoutesTest, ARunIsShownWithItsTenantAsOnboarded) {
  const Json run = json(get(std::string("/api/v1/pipelines/runs/") + run_id, acme_key));
  EXPECT_EQ(run["pipeline_logging_id"].text(), run_id);
  EXPECT_EQ(run["tenant_id"].text(), "Acme");
  EXPECT_EQ(run["status"].text(), "PENDING");
}

TEST_F(RunRoutesTest, ACancelHandsOverWhoAskedAndShowsTheRun) {
  const Response response = call({"DELETE", std::string("/api/v1/pipelines/runs/") + run_id, "", acme_key, "", "", {{"X-User-ID", "jane"}}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(runs.last_order.run_id, run_id);
  EXPECT_EQ(runs.last_order.user_id, "jane");
  EXPECT_EQ(runs.last_order.actor, "key:key_acme");
  EXPECT_TRUE(json(response)["cancel_requested"].boolean());
  runs.next = Status(Code::conflict, "The run has ended already");
  EXPECT_EQ(call({"DELETE", std::string("/api/v1/pipelines/runs/") + run_id, "", acme_key, "", "", {}}).status, 409);
}

TEST_F(RunRoutesTest, ARetryIsAcceptedLikeARun) {
  const Response response = post(std::string("/api/v1/pipelines/runs/") + run_id + "/retry", acme_key, "");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(runs.last_order.run_id, run_id);
  EXPECT_EQ(runs.last_order.trace_id, "");
  EXPECT_EQ(text(response, "pipeline_logging_id"), "22222222-2222-4333-8444-555555555555");
}

TEST_F(RunRoutesTest, ADryRunIsAskedForInTheQueryToo) {
  const Response response = call({"POST", "/api/v1/pipelines/run/acme/a/b/c", "dry_run=true", acme_key, "{}", "application/json", {}});
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(runs.last.dry_run);
  EXPECT_EQ(call({"POST", "/api/v1/pipelines/run/acme/a/b/c", "dry_run=perhaps", acme_key, "{}", "application/json", {}}).status, 400);
}

TEST_F(RunRoutesTest, TheListHoldsTheTenantsOwnRuns) {
  const Json runs_of_acme = json(get("/api/v1/pipelines/runs", acme_key));
  ASSERT_EQ(runs_of_acme.size(), 1u);
  EXPECT_EQ(runs_of_acme.items()[0]["pipeline_logging_id"].text(), run_id);
  EXPECT_EQ(json(get("/api/v1/pipelines/runs", acme_key, "status=complete")).size(), 0u);
  EXPECT_EQ(json(get("/api/v1/pipelines/runs", acme_key, "status=Pending&pipeline_id=ACME-aws-cost-cur")).size(), 1u);
  EXPECT_EQ(json(get("/api/v1/pipelines/runs", acme_key, "from=2030-01-01T00:00:00Z")).size(), 0u);
}

TEST_F(RunRoutesTest, TheListRefusesWhatItCannotMean) {
  for (const char* query : {"limit=0", "limit=101", "limit=x", "limit=", "status=DONE", "from=yesterday", "to=2026-05-01"}) {
    const Response response = get("/api/v1/pipelines/runs", acme_key, query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_FALSE(json(response)["details"]["field"].text().empty()) << query;
  }
  EXPECT_EQ(get("/api/v1/pipelines/runs", acme_key, "unknown=1&limit=100").status, 200);
  const Json all = json(get("/api/v1/pipelines/runs", acme_key, "limit=0&status=x&from=y&to=z"))["details"]["errors"];
  EXPECT_EQ(all.size(), 4u) << all.dump();
}

TEST_F(RunRoutesTest, PagesFollowOneAnother) {
  for (int i = 0; i < 3; ++i) {
    clock.advance_ms(1000);
    cvg::Run run;
    run.id = fmt::format("dddddddd-2222-4333-8444-55555555555{}", i);
    run.tenant_id = "acme";
    run.pipeline_id = fmt::format("acme-p{}", i);
    run.created_ms = clock.now_ms();
    ASSERT_TRUE(run_store->begin(run, {"STARTER", 60, 180, 30, 2, 3}, true, {}).ok());
  }
  std::vector<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 5; ++page) {
    const Response response = get("/api/v1/pipelines/runs", acme_key, "limit=2&cursor=" + cursor);
    ASSERT_EQ(response.status, 200) << response.body;
    const Json runs_of_page = json(response);
    for (const Json& run : runs_of_page.items()) seen.push_back(run["pipeline_logging_id"].text());
    cursor = header(response, "X-Next-Cursor");
    if (cursor.empty()) break;
  }
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen.back(), run_id);
}

}  // namespace
}  // namespace cvg
