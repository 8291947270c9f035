#include "core/access/tenant_orders.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

constexpr std::int64_t now_ms = 1'778'846'400'000;  // 2026-05-15T12:00:00Z

Json json(const char* text) { return *parse_json(text); }
std::string field(const Status& status) {
  EXPECT_EQ(status.code(), Code::invalid);
  return (*parse_json(status.detail_json()))["field"].text();
}

TEST(KeyOrder, HasEveryScopeAndNoEndByDefault) {
  const auto order = read_key_order(json("{}"), now_ms);
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->scopes, "*");
  EXPECT_EQ(order->expires_ms, 0);
  EXPECT_TRUE(read_key_order(Json(), now_ms).ok()) << "no body is an empty one";
}

TEST(KeyOrder, ReadsNameScopesAndExpiry) {
  const auto order = read_key_order(json(R"({"name":"ci","scopes":["data:query"],"expires_at":"2026-05-15T12:00:01Z"})"), now_ms);
  ASSERT_TRUE(order.ok()) << order.status().text();
  EXPECT_EQ(order->name, "ci");
  EXPECT_EQ(order->scopes, "data:query");
  EXPECT_EQ(order->expires_ms, now_ms + 1000);
}

TEST(KeyOrder, NamesTheFieldThatIsWrong) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {R"({"scope":[]})", "scope"},          {R"({"scopes":[]})", "scopes"},       {R"({"scopes":"*"})", "scopes"},
      {R"({"scopes":[1]})", "scopes"},       {R"({"scopes":["all"]})", "scopes"},  {R"({"name":1})", "name"},
      {R"({"name":""})", "name"},            {R"({"name":"a\nb"})", "name"},       {R"({"expires_at":"tomorrow"})", "expires_at"},
      {R"({"expires_at":1778846401})", "expires_at"}, {R"({"expires_at":"2026-05-15T12:00:00Z"})", "expires_at"}};
  for (const auto& [body, name] : wrong) EXPECT_EQ(field(read_key_order(json(body), now_ms).status()), name) << body;
  EXPECT_EQ(field(read_key_order(Json::object().set("name", std::string(101, 'x')), now_ms).status()), "name");
}

TEST(KeyOrder, AKeyIsNoName) {
  const Status refused = read_key_order(json(R"({"name":"Acme_api_0123456789abcdeF"})"), now_ms).status();
  EXPECT_EQ(field(refused), "name");
  EXPECT_EQ(refused.text().find("0123456789"), std::string::npos);
}

TEST(KeyOrder, EveryFieldThatIsWrongIsToldAtOnce) {
  const Status status = read_key_order(json(R"({"scope":1,"name":7,"scopes":[1],"expires_at":"x"})"), now_ms).status();
  const Json detail = *parse_json(status.detail_json());
  EXPECT_EQ(detail["field"].text(), "scope");
  EXPECT_EQ(detail["errors"].size(), 4u) << status.detail_json();
  EXPECT_NE(status.text().find("; name must be text; "), std::string::npos) << status.text();
}

TEST(RotationOrder, GraceHasBounds) {
  EXPECT_EQ(read_rotation_order(json(R"({"grace_seconds":60})"), now_ms, 100)->grace_ms, 60'000);
  EXPECT_EQ(read_rotation_order(json(R"({"key_id":"k"})"), now_ms, 100)->key_id, "k");
  for (const char* body : {R"({"grace_seconds":101})", R"({"grace_seconds":-1})", R"({"grace_seconds":1.5})", R"({"grace_seconds":"60"})"})
    EXPECT_EQ(field(read_rotation_order(json(body), now_ms, 100).status()), "grace_seconds") << body;
  EXPECT_EQ(field(read_rotation_order(json(R"({"grace":1})"), now_ms, 100).status()), "grace");
}

TEST(TenantChange, IsAPlanOrAStatusAndNothingElse) {
  const Plans plans = *Plans::parse("STARTER: {daily: 6, monthly: 180, concurrent: 3, team: 2, providers: 3}\n", "plans.yml");
  const auto both = read_tenant_change(json(R"({"plan":"starter","status":"suspended"})"), plans);
  ASSERT_TRUE(both.ok()) << both.status().text();
  EXPECT_EQ(both->plan->name, "STARTER");
  EXPECT_EQ(*both->status, "SUSPENDED");
  EXPECT_FALSE(read_tenant_change(json(R"({"plan":"STARTER"})"), plans)->status);
  const Status two = read_tenant_change(json(R"({"plan":"GOLD","status":"DELETED"})"), plans).status();
  EXPECT_EQ(two.text(), "plan must be one of STARTER; status must be ACTIVE or SUSPENDED");
  EXPECT_EQ((*parse_json(two.detail_json()))["errors"].size(), 2u);
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"{}", "body"}, {R"({"plan":"GOLD"})", "plan"}, {R"({"plan":null})", "plan"}, {R"({"status":"DELETED"})", "status"},
      {R"({"status":true})", "status"}, {R"({"plan":"STARTER","company_name":"x"})", "company_name"}};
  for (const auto& [body, name] : wrong) EXPECT_EQ(field(read_tenant_change(json(body), plans).status()), name) << body;
}

}  // namespace
}  // namespace cvg
