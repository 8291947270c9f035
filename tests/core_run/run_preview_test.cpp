#include "core/run/run_preview.h"

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class RunPreviewTest : public RunFixture {};

TEST_F(RunPreviewTest, DryRunShowsTheResolvedPlanAndStoresNothing) {
  put_template("wide", "variables: {n: {type: integer, default: 1}}\nsteps:\n"
                       "  - {step_id: a, type: ok, depends_on: [], text: 'n is {n}', api_token: x}\n"
                       "  - {step_id: b, type: ok, depends_on: []}\n  - {step_id: off, type: ok, enabled: false, depends_on: []}\n"
                       "  - {step_id: c, type: ok, depends_on: [a, b]}\n  - {step_id: alarm, type: ok, trigger: on_failure, depends_on: []}\n");
  const Tenant tenant = add_tenant("acme");
  const auto shown = trigger(tenant, "wide", R"({"n":5,"dry_run":true})");
  ASSERT_TRUE(shown.ok()) << shown.status().text();
  EXPECT_TRUE(shown->run_id.empty());
  const Json& steps = shown->preview["steps"];
  ASSERT_EQ(steps.size(), 5u);
  EXPECT_EQ(steps.items()[0]["config"]["text"].text(), "n is 5");
  EXPECT_EQ(steps.items()[0]["config"]["api_token"].text(), "[redacted]");
  EXPECT_EQ(shown->preview["variables"]["n"].text(), "5");
  std::string waves;
  for (const Json& step : steps.items()) waves += step["step_id"].text() + step["wave"].text() + " ";
  EXPECT_EQ(waves, "a1 b1 off0 c2 alarm3 ");
  EXPECT_TRUE(store->list({.tenant_id = "acme"})->runs.empty());
  EXPECT_EQ(store->usage("acme")->run_today, 0);
  EXPECT_EQ(trigger(tenant, "wide", R"({"dry_run":"yes"})").status().code(), Code::invalid);
}

// The plan is the operator's and is shown to every tenant.
TEST_F(RunPreviewTest, DryRunShowsNoSecretOfAHeaderOrOfAWebAddress) {
  put_template("post", "steps:\n  - {step_id: a, type: ok, url: 'https://hooks.example.com/services/T0/SECRETPATH', "
                       "headers: {Authorization: 'Bearer SECRETBEARER', X-Api-Key: SECRETKEY, Cookie: 'sid=SECRETSID'}, body: {token: SECRETTOKEN, v: 1}}\n"
                       "  - {step_id: b, type: ok, depends_on: [], url: 'HTTPS://jane:SECRETWORD@example.com:8443?key=SECRETQUERY', other: ['http://example.org/', 'https://example.org']}\n");
  const auto shown = trigger(add_tenant("acme"), "post", R"({"dry_run":true})");
  ASSERT_TRUE(shown.ok()) << shown.status().text();
  EXPECT_EQ(shown->preview.dump().find("SECRET"), std::string::npos) << shown->preview.dump();
  const Json& a = shown->preview["steps"].items()[0]["config"];
  EXPECT_EQ(a["url"].text(), "https://hooks.example.com/[redacted]");
  EXPECT_EQ(a["headers"]["X-Api-Key"].text(), "[redacted]");
  EXPECT_EQ(a["body"]["v"].text(), "1");
  const Json& b = shown->preview["steps"].items()[1]["config"];
  EXPECT_EQ(b["url"].text(), "HTTPS://example.com:8443/[redacted]");
  EXPECT_EQ(b["other"].dump(), R"(["http://example.org","https://example.org"])");
}

}  // namespace
}  // namespace cvg
