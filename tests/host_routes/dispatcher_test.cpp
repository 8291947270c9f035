#include "host/routes/dispatcher.h"

#include "core/base/text.h"
#include "host/routes/routes.h"
#include "host/routes/schemas.h"
#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

using DispatcherTest = RouteFixture;

// A path of the row with sound values for its parameters.
std::string path_of(const Route& route, const std::string& tenant, const std::string& run) {
  std::string path;
  for (const std::string_view part : split(route.path.substr(1), '/')) {
    path += '/';
    if (part == "{tenant_id}") path += tenant;
    else if (part == "{pipeline_logging_id}") path += run;
    else if (part == "{webhook_id}") path += "wh_1";
    else if (part == "{config_id}") path += FakeSchedules::make().config_id;
    else if (part == "{backfill_id}") path += FakeSchedules::backfill().backfill_id;
    else if (part == "{file}") path += "start.js";
    else if (part == "{key_id}") path += "key_" + tenant;
    else if (part.starts_with('{')) path += "x";
    else path += part;
  }
  return path;
}

std::string sound_body(const Route& route) {
  if (route.request_schema == "QueryRequest") return R"({"sql":"SELECT 1"})";
  if (route.request_schema == "TenantChange") return R"({"status":"ACTIVE"})";
  if (route.request_schema == "ApiKeyRequest" || route.request_schema == "RotateRequest") return "{}";
  if (route.request_schema == "TemplateText") return R"({"template":"steps: [{step_id: a, type: wait}]"})";
  if (route.request_schema == "WebhookRequest") return R"({"url":"https://a.example/","events":["*"]})";
  if (route.request_schema == "WebhookChange") return R"({"description":"d"})";
  return route.body == BodyRule::none ? "" : R"({"tenant_id":"newone"})";
}

std::vector<Header> operator_of(const Route& route) {
  if (route.auth != Auth::admin && route.auth != Auth::tenant_or_admin) return {};
  return {{"X-Admin-Key", "the-admin-key"}};
}

TEST_F(DispatcherTest, EveryRouteAnswersASoundRequestInItsSchema) {
  for (const Route& route : routes()) {
    const Response response = call({std::string(to_text(route.method)), path_of(route, "acme", run_id), "",
                                    route.auth == Auth::tenant ? acme_key : "", sound_body(route), "application/json", operator_of(route)});
    EXPECT_EQ(response.status, 200) << route.operation_id << response.body;
    if (route.response_schema.empty()) continue;
    EXPECT_EQ(misfit(route.response_schema, json(response)), "") << route.operation_id << response.body;
  }
}

TEST_F(DispatcherTest, EveryTenantRouteRefusesAMissingKeyWith401) {
  for (const Route& route : routes()) {
    if (route.auth != Auth::tenant) continue;
    for (const std::string& key : {std::string(), std::string("Acme_api_wrong")}) {
      const Response response =
          call({std::string(to_text(route.method)), path_of(route, "acme", run_id), "", key, sound_body(route), "application/json", {}});
      EXPECT_EQ(response.status, 401) << route.operation_id;
      EXPECT_EQ(misfit("Error", json(response)), "") << response.body;
      EXPECT_EQ(header(response, "WWW-Authenticate"), "ApiKey");
      EXPECT_FALSE(body_was_read);
    }
  }
}

TEST_F(DispatcherTest, EveryTenantPathRefusesAForeignKeyWith403) {
  int seen = 0;
  for (const Route& route : routes()) {
    if (route.path.find("{tenant_id}") == std::string_view::npos || route.auth != Auth::tenant) continue;
    const Response response =
        call({std::string(to_text(route.method)), path_of(route, "acme", run_id), "", other_key, sound_body(route), "application/json", {}});
    EXPECT_EQ(response.status, 403) << route.operation_id;
    EXPECT_EQ(text(response, "message"), "Tenant ID mismatch: authenticated as 'Other' but requested 'acme'");
    EXPECT_FALSE(body_was_read);
    ++seen;
  }
  EXPECT_GE(seen, 3);
}

TEST_F(DispatcherTest, EveryRunOfAnotherTenantAnswersLikeAnUnknownOne) {
  for (const Route& route : routes()) {
    if (route.path.find("{pipeline_logging_id}") == std::string_view::npos) continue;
    const auto ask = [&](const std::string& id) {
      return call({std::string(to_text(route.method)), path_of(route, "acme", id), "", acme_key, "", "", {}});
    };
    const Response foreign = ask(foreign_run_id);
    const Response unknown = ask("cccccccc-2222-4333-8444-555555555555");
    EXPECT_EQ(foreign.status, 404) << route.operation_id;
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(text(foreign, "code"), text(unknown, "code"));
  }
}

TEST_F(DispatcherTest, EveryRouteWithABodyRefusesABadOneWith400) {
  services->settings.limits.onboard_per_minute = 1000;
  for (const Route& route : routes()) {
    if (route.body == BodyRule::none) continue;
    const std::string key = route.auth == Auth::tenant ? acme_key : "";
    for (const char* body : {"[]", "{", "nonsense"}) {
      const Response response = call({std::string(to_text(route.method)), path_of(route, "acme", run_id), "", key, body, "application/json", operator_of(route)});
      EXPECT_EQ(response.status, 400) << route.operation_id << body;
      EXPECT_EQ(misfit("Error", json(response)), "");
    }
    const Response other_type = call({std::string(to_text(route.method)), path_of(route, "acme", run_id), "", key, "<a/>", "text/xml", operator_of(route)});
    EXPECT_EQ(other_type.status, 415) << route.operation_id;
  }
}

TEST_F(DispatcherTest, EveryRouteMirrorsHeadAndAnswersOptionsAndWrongMethods) {
  for (const Route& route : routes()) {
    const std::string path = path_of(route, "acme", run_id);
    EXPECT_EQ(call({"OPTIONS", path, "", "", "", "", {}}).status, 204) << path;
    const Response wrong = call({"TRACE", path, "", "", "", "", {}});
    EXPECT_EQ(wrong.status, 405);
    EXPECT_NE(header(wrong, "Allow").find(to_text(route.method)), std::string::npos) << path;
    if (route.method != Method::get || route.auth != Auth::none) continue;
    EXPECT_EQ(call({"HEAD", path, "", "", "", "", {}}).status, 200) << path;
  }
}

TEST_F(DispatcherTest, GivesEveryAnswerItsCommonHeaders) {
  for (const char* path : {"/health", "/nowhere", "/%zz", "/api/v1/pipelines/runs"}) {
    const Response response = get(path);
    EXPECT_TRUE(header(response, "X-Request-ID").starts_with("req_")) << path;
    EXPECT_EQ(header(response, "X-API-Version"), "1.2.3");
  }
  EXPECT_EQ(get("/%zz").status, 400);
  EXPECT_EQ(get("/nowhere").status, 404);
}

TEST_F(DispatcherTest, EchoesTheRequestIdInHeaderAndError) {
  const Response response = call({"GET", "/nowhere", "", "", "", "", {{"X-Request-ID", "abc-1"}}});
  EXPECT_EQ(header(response, "X-Request-ID"), "abc-1");
  EXPECT_EQ(text(response, "request_id"), "abc-1");
}

TEST_F(DispatcherTest, ErrorsOfTheServerTellNothing) {
  runs.next = Status(Code::host, "disk /srv/secret broke", "disk /srv/secret broke");
  const Response response = post("/api/v1/pipelines/run/acme/a/b/c", acme_key, "{}");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
  EXPECT_EQ(text(response, "message"), "An unexpected error occurred");
}

TEST_F(DispatcherTest, ErrorsNeverEchoAKey) {
  log.redactor().add("the-admin-key");
  const std::string shaped = "Acme_Corp_api_0123456789abcdeF";
  EXPECT_EQ(text(get("/api/v1/pipelines/runs/" + shaped, acme_key), "message"), "There is no pipeline run [redacted]");
  const Response refused = call({"DELETE", "/api/v1/admin/tenants/x/api-keys/the-admin-key", "", "", "", "", {{"X-Admin-Key", "the-admin-key"}}});
  EXPECT_GE(refused.status, 400);
  EXPECT_EQ(refused.body.find("the-admin-key"), std::string::npos) << refused.body;
}

TEST_F(DispatcherTest, ARequestIdThatIsAKeyIsReplaced) {
  for (const char* id : {"Acme_Corp_api_0123456789abcdeF", "x-Acme_Corp_api_0123456789abcdeF"}) {
    const Response response = call({"GET", "/nowhere", "", "", "", "", {{"X-Request-ID", id}}});
    EXPECT_TRUE(header(response, "X-Request-ID").starts_with("req_"));
    EXPECT_EQ(text(response, "request_id"), header(response, "X-Request-ID"));
  }
}

TEST_F(DispatcherTest, AFramingRefusalHasTheOneShape) {
  const Response response = dispatcher->refuse(Request{}, {431, "The headers are too large"});
  EXPECT_EQ(response.status, 431);
  EXPECT_EQ(misfit("Error", json(response)), "");
  EXPECT_EQ(text(response, "request_id"), header(response, "X-Request-ID"));
}

TEST_F(DispatcherTest, OnlySoManyHeavyRequestsAreUnderWay) {
  services->settings.heavy_requests_max = 0;
  const Response refused = post("/api/v1/tenants/acme/query", acme_key, R"({"sql":"SELECT 1"})");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(header(refused, "Retry-After"), "1");
  EXPECT_EQ(get("/api/v1/pipelines/runs", acme_key).status, 200);
  services->settings.heavy_requests_max = 1;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(post("/api/v1/tenants/acme/query", acme_key, R"({"sql":"SELECT 1"})").status, 200);
}

TEST_F(DispatcherTest, CountsWhatItAnswers) {
  get("/health");
  get("/nowhere");
  const std::string text = get("/metrics").body;
  EXPECT_NE(text.find("operation=\"get_health\",status=\"200\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("operation=\"none\",status=\"404\"} 1"), std::string::npos);
}

TEST_F(DispatcherTest, OnlyHealthIsAnsweredWhileDraining) {
  Request request;
  request.path = "/health/live";
  EXPECT_TRUE(dispatcher->answers_while_draining(request));
  request.path = "/api/v1/pipelines/runs";
  EXPECT_FALSE(dispatcher->answers_while_draining(request));
}

}  // namespace
}  // namespace cvg
