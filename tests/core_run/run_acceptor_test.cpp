#include "core/run/run_acceptor.h"

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class RunAcceptorTest : public RunFixture {};

TEST_F(RunAcceptorTest, AcceptedRunIsStoredPending) {
  put_template("one", "variables: {date: {type: date, default: yesterday}, n: {type: integer, default: 1}}\nsteps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  const auto triggered = trigger(tenant, "ONE", R"({"date":"2025-11-15","trigger_by":"me"})");
  ASSERT_TRUE(triggered.ok()) << triggered.status().text();
  EXPECT_EQ(triggered->pipeline_id, "acme-test-flow-one");
  EXPECT_EQ(triggered->parameters.dump(), R"({"date":"2025-11-15","trigger_by":"me"})");
  const auto row = *store->get("acme", triggered->run_id);
  EXPECT_EQ(row->state, RunState::pending);
  EXPECT_EQ(row->run_date, "2025-11-15");
  EXPECT_EQ(row->trigger_by, "me");
  EXPECT_EQ(row->steps_total, 1);
  const auto again = trigger(tenant, "one", R"({"date":"2025-01-01","n":7})");
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->parameters.dump(), triggered->parameters.dump()) << "what runs is told, not what was asked";
  EXPECT_EQ(again->run_id, triggered->run_id);
  EXPECT_EQ(store->usage("acme")->run_today, 1);
}

TEST_F(RunAcceptorTest, ARunKeepsTheTraceThatItWasAskedForIn) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  TriggerRequest asked;
  asked.tenant = add_tenant("acme");
  asked.provider = "test";
  asked.domain = "flow";
  asked.template_name = "one";
  asked.trace_id = "0af7651916cd43dd8448eb211c80319c";
  const auto triggered = acceptor->trigger(asked);
  ASSERT_TRUE(triggered.ok()) << triggered.status().text();
  EXPECT_EQ((*store->get("acme", triggered->run_id))->trace_id, asked.trace_id);
}

TEST_F(RunAcceptorTest, WaitingRunIsCancelledAtOnce) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme"), other = add_tenant("other");
  const auto triggered = trigger(tenant, "one");
  EXPECT_EQ(acceptor->cancel({other, triggered->run_id, "", "", "", "key:k"}).status().code(), Code::not_found);
  const auto cancelled = acceptor->cancel({tenant, triggered->run_id, "", "", "", "key:k"});
  ASSERT_TRUE(cancelled.ok()) << cancelled.status().text();
  EXPECT_EQ(cancelled->state, RunState::failed);
  EXPECT_EQ(cancelled->error_message, "Cancelled by key:k");
  EXPECT_FALSE(trigger(tenant, "one")->duplicate);
}

TEST_F(RunAcceptorTest, WhatIsWrongIsRefusedBeforeAnythingIsStored) {
  put_template("one", "variables: {n: {type: integer, default: 1}, source: {type: uri, default: 'sample://x'}}\n"
                      "steps: [{step_id: a, type: ok, source: {uri: '{source}'}}]\n");
  put_template("bad", "steps: [{step_id: a, type: unheard_of}]\n");
  const Tenant tenant = add_tenant("acme");
  sources.set_samples_dir(root);
  EXPECT_EQ(trigger(tenant, "nothing").status().code(), Code::not_found);
  EXPECT_EQ(trigger(tenant, "bad").status().code(), Code::config);
  EXPECT_EQ(trigger(tenant, "one", R"({"n":"x"})").status().code(), Code::invalid);
  EXPECT_EQ(trigger(tenant, "one", R"({"m":1})").status().text(), "m: the template declares no such variable; did you mean n?");
  const auto outside = trigger(tenant, "one", R"({"source":"file:///etc"})");
  EXPECT_EQ(outside.status().code(), Code::invalid);
  EXPECT_TRUE(outside.status().text().starts_with("steps.a.source.uri: ")) << outside.status().text();
  EXPECT_TRUE(store->list({.tenant_id = "acme"})->runs.empty());
  EXPECT_EQ(store->usage("acme")->run_today, 0);
  EXPECT_TRUE(trigger(tenant, "one").ok());
}

TEST_F(RunAcceptorTest, KeysInParametersAndTriggerByAreNeverStored) {
  put_template("one", "variables: {note: {type: string, default: ''}}\nsteps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  log.redactor().add("the-admin-key");
  const auto triggered =
      trigger(tenant, "one", R"({"note":"of Acme_Corp_api_0123456789abcdeF, the-admin-key","trigger_by":"Bearer SECRET"})");
  ASSERT_TRUE(triggered.ok()) << triggered.status().text();
  EXPECT_EQ(triggered->parameters.dump(), R"({"note":"of [redacted], [redacted]","trigger_by":"Bearer [redacted]"})");
  const auto row = *store->get("acme", triggered->run_id);
  EXPECT_EQ(row->parameters_json, triggered->parameters.dump());
  EXPECT_EQ(row->trigger_by, "Bearer [redacted]");
  EXPECT_EQ(trigger(tenant, "one", R"({"Acme_Corp_api_0123456789abcdeF":1})").status().text(), "body holds a member whose name is a secret");
}

}  // namespace
}  // namespace cvg
