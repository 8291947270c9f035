#include <atomic>

#include "core/plugin/call.h"
#include "core/plugin/registry.h"
#include "tests/core_plugin/broken/counters.h"
#include "tests/core_plugin/scratch.h"

#include <convergence/plugin.hpp>

namespace cvg {
namespace {

class InstanceTest : public testing::Test {
 protected:
  void load(const std::string& part, Json config = Json()) {
    PluginConfig row;
    row.name = part;
    row.path = broken(part);
    row.config = std::move(config);
    ASSERT_TRUE(registry_.load({row}).ok());
    provider_ = registry_.find(CVG_KIND_PROVIDER, "good");
    step_ = registry_.find(CVG_KIND_STEP, "probe");
    counters_ = static_cast<const part_counters_t*>(registry_.extension(*step_, "test.counters"));
  }
  Call::Options options() const {
    Call::Options options;
    options.clock = &clock_;
    options.info.tenant_id = "acme";
    return options;
  }
  Scratch scratch_;
  SystemClock clock_;
  PluginRegistry registry_{{"", scratch_.path()}};
  const Component* provider_ = nullptr;
  const Component* step_ = nullptr;
  const part_counters_t* counters_ = nullptr;
};

TEST_F(InstanceTest, LivesAsLongAsItsObject) {
  load("good");
  Call call(options());
  const int before = counters_->alive;
  {
    Result<Instance> made = Instance::create(*step_, call.raw());
    ASSERT_TRUE(made.ok());
    const Instance moved = std::move(*made);
    EXPECT_EQ(counters_->alive, before + 1);
    EXPECT_EQ(live_instances(*step_), 1u);
  }
  EXPECT_EQ(counters_->alive, before);
  EXPECT_EQ(live_instances(*step_), 0u);
}

TEST_F(InstanceTest, RunsAStepWithTheHostsServices) {
  load("good");
  Call call(options());
  const Result<Instance> step = Instance::create(*step_, call.raw());
  ASSERT_TRUE(step.ok());
  convergence::StringOut out;
  cvg_error error = empty_abi_error();
  const cvg_str spec{"{}", 2};
  ASSERT_EQ(step->table<cvg_step>().run(step->raw(), call.raw(), &spec, out.out(), &error), CVG_OK) << error.message;
  EXPECT_EQ((*parse_json(out.text()))["tenant"].text(), "acme");
}

TEST_F(InstanceTest, MissingOptionalFunctionsAnswerUnsupported) {
  load("good");
  Call call(options());
  const Result<Instance> step = Instance::create(*step_, call.raw());
  ASSERT_TRUE(step.ok());
  convergence::StringOut out;
  cvg_error error = empty_abi_error();
  const cvg_str spec{"{}", 2};
  EXPECT_EQ(step->table<cvg_step>().plan(step->raw(), call.raw(), &spec, out.out(), &error), CVG_E_UNSUPPORTED);
  EXPECT_STREQ(error.message, "this component offers no plan");
  EXPECT_EQ(step_->abi->check(step->raw(), call.raw(), &error), CVG_E_UNSUPPORTED);
  step->interrupt();  // the probe has none: nothing happens
}

TEST_F(InstanceTest, InterruptReachesThePlugin) {
  load("good");
  Call call(options());
  const Result<Instance> provider = Instance::create(*provider_, call.raw());
  ASSERT_TRUE(provider.ok());
  const int before = counters_->interrupts;
  provider->interrupt();
  EXPECT_EQ(counters_->interrupts, before + 1);
}

TEST_F(InstanceTest, RefusedConfigurationIsTheStatusOfCreate) {
  load("good", Json::object().set("account", "no!"));
  Call call(options());
  const Result<Instance> made = Instance::create(*provider_, call.raw());
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.status().code(), Code::auth);
  EXPECT_EQ(made.status().text(), "the account is refused");
  EXPECT_EQ(live_instances(*provider_), 0u);
}

TEST_F(InstanceTest, SingletonHasOneInstanceAtMost) {
  load("singleton");
  Call call(options());
  {
    const Result<Instance> first = Instance::create(*provider_, call.raw());
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(Instance::create(*provider_, call.raw()).status().code(), Code::state);
  }
  EXPECT_TRUE(Instance::create(*provider_, call.raw()).ok());
}

}  // namespace
}  // namespace cvg
