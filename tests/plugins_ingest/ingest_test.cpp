#include "tests/plugins_query/fake_host.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

const char kSpec[] = R"({"source":{"provider":"aws","dataset":"cost_and_usage","uri":"sample://aws","options":{"billing_period":"2025-11"}},
    "destination":{"table":"aws_cost_raw"}})";

TEST(Ingest, TheProviderGetsTheRequestAndItsResultBecomesOutputs) {
  FakeHost host;
  FakeStep step(host);
  std::string provider, uri, options, destination;
  uint32_t flags = 9;
  host.provider = [&](const std::string &p, const cvg_extract_req &r, const std::string &d) {
    provider = p;
    uri = convergence::text(r.uri);
    options = convergence::text(r.options_json);
    flags = r.flags;
    destination = d;
    return R"({"rows":3,"bytes":120,"files":1,"unchanged":false,"units":[{"source":"s","unit":"2025-11","decision":"load","rows":3}],"warnings":["w"]})";
  };
  const StepRun r = step.run(kSpec);
  ASSERT_EQ(r.status, CVG_OK) << r.message;
  EXPECT_EQ(provider, "aws");
  EXPECT_EQ(uri, "sample://aws");
  EXPECT_EQ(options, R"({"billing_period":"2025-11"})");
  EXPECT_EQ(flags, 0u);
  EXPECT_EQ(destination, R"({"table":"aws_cost_raw","write_mode":"replace_unit","schema":"evolve"})");
  EXPECT_EQ(r.outputs.dump(), R"({"table":"aws_cost_raw","rows":3,"bytes":120,"files":1,"unchanged":false,"units":[{"source":"s",)"
                              R"("unit":"2025-11","decision":"load","rows":3}],"warnings":["w"]})");
}

TEST(Ingest, ReloadIsPassedOnAlsoAsText) {
  FakeHost host;
  FakeStep step(host);
  uint32_t flags = 0;
  host.provider = [&](const std::string &, const cvg_extract_req &r, const std::string &) { flags = r.flags; return R"({"unchanged":true})"; };
  for (const char *reload : {"true", "\"true\""}) {
    std::string spec = kSpec;
    spec.insert(spec.size() - 1, std::string(",\"reload\":") + reload);
    const StepRun r = step.run(spec);
    EXPECT_EQ(flags, static_cast<uint32_t>(CVG_EXTRACT_RELOAD));
    EXPECT_TRUE(r.outputs["unchanged"].boolean());
    EXPECT_EQ(r.outputs["rows"].text(), "0");
  }
}

TEST(Ingest, AProvidersErrorKeepsItsCodeAndTheTableIsStillNamed) {
  FakeHost host;
  FakeStep step(host);
  host.provider = [](const std::string &, const cvg_extract_req &, const std::string &) -> std::string {
    throw convergence::Error(CVG_E_NOT_FOUND, "no manifest below sample://aws");
  };
  const StepRun r = step.run(kSpec);
  EXPECT_EQ(r.status, CVG_E_NOT_FOUND);
  EXPECT_EQ(r.message, "no manifest below sample://aws");
  EXPECT_EQ(r.outputs["table"].text(), "aws_cost_raw");
}

TEST(Ingest, PlanWantsWhatTheWriteModeNeeds) {
  FakeHost host;
  FakeStep step(host);
  EXPECT_EQ(step.plan(kSpec), "");
  EXPECT_EQ(step.plan(R"({"destination":{"table":"t","write_mode":"merge"}})"), "destination.keys: merge needs the keys that name a row");
  EXPECT_EQ(step.plan(R"({"destination":{"table":"t","write_mode":"replace_partition"}})"),
            "destination.partition: replace_partition needs the column and the value that it replaces");
  EXPECT_EQ(step.describe()["spec_schema"]["required"].dump(), R"(["source","destination"])");
}

}  // namespace
}  // namespace cvg
