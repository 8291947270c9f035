#include "core/tenancy/onboard_order.h"

#include <gtest/gtest.h>

#include "core/base/json.h"

namespace cvg {
namespace {

class OnboardOrderTest : public testing::Test {
 protected:
  static OnboardRequest request(const std::string& body) {
    OnboardRequest out;
    out.body = Json::parse(body);
    return out;
  }
  const Plans plans = *Plans::parse("STARTER: {daily: 6, monthly: 180, concurrent: 3, team: 2, providers: 3}\n"
                                    "SCALE: {daily: 100, monthly: 3000, concurrent: 10, team: 11, providers: 10}\n", "plans.yml");
};

TEST_F(OnboardOrderTest, FieldsAreRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"company_name":"A","admin_email":"a@b.co"})", "tenant_id is required"},
      {R"({"tenant_id":"acme_1","admin_email":"a@b.co"})", "company_name is required"},
      {R"({"tenant_id":"acme_1","company_name":"A","admin_email":"nobody"})", "admin_email is not an e-mail address"},
      {R"({"tenant_id":"acme_1","company_name":"A","admin_email":"a@b.co","subscription_plan":"GOLD"})",
       "subscription_plan must be one of STARTER, SCALE"},
      {R"({"tenant_id":"acme_1","company_name":"A","admin_email":"a@b.co","force_recreate_tables":"yes"})",
       "force_recreate_tables must be true or false"},
  };
  for (const auto& [body, message] : cases) {
    const auto answer = read_onboard_order(request(body), plans);
    EXPECT_EQ(answer.status().text(), message);
    EXPECT_EQ(answer.status().code(), Code::invalid);
  }
  OnboardRequest alias = request(R"({"tenant_id":"acme_1"})");
  alias.customers_alias = true;
  const auto order = read_onboard_order(alias, plans);
  ASSERT_TRUE(order.ok()) << order.status().text();
  EXPECT_EQ(order->tenant.company_name, "acme_1");
}

TEST_F(OnboardOrderTest, MembersThatNobodyReadsAreRefusedByName) {
  const Status refused = read_onboard_order(request(R"({"tenant_id":"acme_1","company_name":"A","admin_email":"a@b.co","subscription_plann":"SCALE","customer_id":"x"})"), plans).status();
  EXPECT_EQ(refused.code(), Code::invalid);
  EXPECT_EQ(Json::parse(refused.detail_json())["errors"].size(), 2u) << refused.detail_json();
  EXPECT_TRUE(refused.text().starts_with("subscription_plann")) << refused.text();
  EXPECT_EQ(check_onboard_members(Json::parse(R"({"bogus":1})")).code(), Code::invalid);
  EXPECT_EQ(check_onboard_members(Json::array()).code(), Code::invalid);
  EXPECT_TRUE(check_onboard_members(Json::parse(R"({"tenant_id":5})")).ok());
}

TEST_F(OnboardOrderTest, AKeyIsNoNameOfACompany) {
  const Status refused = read_onboard_order(request(R"({"tenant_id":"acme_1","company_name":"x Acme_api_0123456789abcdeF","admin_email":"a@b.co"})"), plans).status();
  EXPECT_EQ(refused.code(), Code::invalid);
  EXPECT_TRUE(refused.text().starts_with("company_name looks like a secret")) << refused.text();
}

TEST_F(OnboardOrderTest, EveryWrongFieldIsToldAtOnce) {
  const Status refused = read_onboard_order(request(R"({"tenant_id":"Pg_x","company_name":"","admin_email":"nobody","subscription_plan":"GOLD",
    "force_recreate_dataset":1})"), plans).status();
  const Json detail = Json::parse(refused.detail_json());
  EXPECT_EQ(detail["field"].text(), "tenant_id");
  std::vector<std::string> fields;
  for (const Json& error : detail["errors"].items()) fields.push_back(error["field"].text());
  EXPECT_EQ(fields, (std::vector<std::string>{"tenant_id", "company_name", "admin_email", "subscription_plan", "force_recreate_dataset"}));
}

TEST_F(OnboardOrderTest, CaseStaysForPeopleAndGoesForComparison) {
  const auto order = read_onboard_order(request(R"({"tenant_id":"AcMe_1","company_name":"A","admin_email":"a@b.co","subscription_plan":"scale"})"), plans);
  ASSERT_TRUE(order.ok()) << order.status().text();
  EXPECT_EQ(order->tenant.id, "acme_1");
  EXPECT_EQ(order->tenant.display_id, "AcMe_1");
  EXPECT_EQ(order->tenant.plan.name, "SCALE");
}

TEST(OnboardingEmail, SyntaxIsChecked) {
  for (const char* good : {"a@b.co", "first.last+tag@sub.example.com", "x_y@a-b.io"}) EXPECT_TRUE(is_email(good)) << good;
  for (const char* bad : {"", "a", "@b.co", "a@", "a@b", "a@b..co", "a b@c.de", "a@b@c.de", ".a@b.co", "a.@b.co", "a@-b.co", "a@b.co\n"}) EXPECT_FALSE(is_email(bad)) << bad;
}

}  // namespace
}  // namespace cvg
