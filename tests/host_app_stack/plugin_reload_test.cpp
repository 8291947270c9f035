#include "host/app/plugin_reload.h"

#include "core/run/plugin_components.h"
#include "host/app/plugin_rows.h"
#include "tests/fakes/fake_clock.h"
#include "tests/host_app_stack/stack_fixture.h"

namespace cvg {
namespace {

class PluginReloadTest : public StackFixture {
 protected:
  void SetUp() override {
    now = config();
    std::filesystem::create_directories(now.data_dir + "/plugins");
    keep({"wait"});
    registry.emplace(PluginRegistry::Options{now.plugins_dir, now.data_dir + "/plugins"});
    const Status loaded = registry->load(plugin_rows(now));
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    components.emplace(*registry, clock, 1 << 20);
    templates.emplace(now.configs_dirs, *components);
    reload.emplace(*registry, *templates, now, [this]() -> Result<ServerConfig> { return broken ? Result<ServerConfig>(Status(Code::config, "no")) : now; });
  }
  void keep(const std::vector<std::string>& names) {
    const std::vector<PluginOption> all = config().plugins;
    now.plugins.clear();
    for (const PluginOption& plugin : all)
      if (std::find(names.begin(), names.end(), plugin.name) != names.end()) now.plugins.push_back(plugin);
  }

  FakeClock clock;
  ServerConfig now = config();
  bool broken = false;
  std::optional<PluginRegistry> registry;
  std::optional<PluginComponents> components;
  std::optional<TemplateCatalog> templates;
  std::optional<PluginReload> reload;
};

TEST_F(PluginReloadTest, WhatIsConfiguredSinceTheStartIsLoaded) {
  EXPECT_EQ(registry->find(CVG_KIND_STEP, "query"), nullptr);
  keep({"wait", "query"});
  const auto report = reload->run();
  ASSERT_TRUE(report.ok()) << report.status().text();
  EXPECT_EQ(report->loaded, std::vector<std::string>{"query"});
  EXPECT_EQ(report->unchanged, std::vector<std::string>{"wait"});
  EXPECT_TRUE(report->needs_restart.empty());
  EXPECT_NE(registry->find(CVG_KIND_STEP, "query"), nullptr);
  EXPECT_EQ(reload->run()->unchanged.size(), 2u) << "once more is nothing";
}

TEST_F(PluginReloadTest, WhatRunsIsNeverReplacedNorTakenOut) {
  now.plugins[0].sha256 = std::string(64, '0');
  ASSERT_EQ(reload->run()->needs_restart.size(), 1u);
  EXPECT_EQ(reload->run()->needs_restart[0].name, "wait");
  keep({});
  EXPECT_EQ(reload->run()->needs_restart[0].name, "wait");
  EXPECT_NE(registry->find(CVG_KIND_STEP, "wait"), nullptr);
}

TEST_F(PluginReloadTest, AWarehouseOrKeyManagerIsLoadedAndSaysThatItWaits) {
  keep({"wait", "local"});
  const auto report = reload->run();
  EXPECT_EQ(report->loaded, std::vector<std::string>{"local"});
  EXPECT_FALSE(report->needs_restart.empty());
}

TEST_F(PluginReloadTest, APluginThatCannotBeLoadedLeavesTheOthers) {
  keep({"wait", "query"});
  PluginOption missing;
  missing.name = "missing";
  missing.path = "missing.so";
  missing.config = Json::object();
  now.plugins.insert(now.plugins.begin(), missing);
  const auto report = reload->run();
  ASSERT_EQ(report->refused.size(), 1u);
  EXPECT_EQ(report->refused[0].name, "missing");
  EXPECT_EQ(report->loaded, std::vector<std::string>{"query"});
}

TEST_F(PluginReloadTest, EveryTemplateIsTried) {
  const auto report = reload->run();
  EXPECT_GT(report->templates + static_cast<std::int64_t>(report->templates_refused.size()), 0);
  keep({"wait", "query"});
  EXPECT_GE(reload->run()->templates, report->templates) << "new kinds of steps make templates whole";
}

TEST_F(PluginReloadTest, AConfigurationThatCannotBeReadChangesNothing) {
  broken = true;
  EXPECT_EQ(reload->run().status().code(), Code::config);
}

}  // namespace
}  // namespace cvg
