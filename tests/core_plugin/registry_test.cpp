#include "core/plugin/registry.h"

#include "tests/core_plugin/broken/counters.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

PluginConfig good() {
  PluginConfig config;
  config.name = "good";
  config.path = broken("good");
  return config;
}

TEST(PluginRegistry, FindsComponentsByKindAndName) {
  const Scratch scratch;
  PluginRegistry registry({"", scratch.path()});
  ASSERT_TRUE(registry.load({good()}).ok());
  EXPECT_NE(registry.find(CVG_KIND_STEP, "probe"), nullptr);
  EXPECT_EQ(registry.find(CVG_KIND_STEP, "good"), nullptr);
  EXPECT_EQ(registry.find("cvg.step/2", "probe"), nullptr);
  ASSERT_EQ(registry.components(CVG_KIND_PROVIDER).size(), 1u);
  EXPECT_EQ(registry.components(CVG_KIND_PROVIDER)[0]->name, "good");
  EXPECT_TRUE(registry.components(CVG_KIND_WAREHOUSE).empty());
}

TEST(PluginRegistry, AsksThePluginForItsExtensions) {
  const Scratch scratch;
  PluginRegistry registry({"", scratch.path()});
  ASSERT_TRUE(registry.load({good()}).ok());
  const Component& probe = *registry.find(CVG_KIND_STEP, "probe");
  EXPECT_NE(registry.extension(probe, "test.counters"), nullptr);
  EXPECT_EQ(registry.extension(probe, "test.nothing"), nullptr);
}

TEST(PluginRegistry, ShutsPluginsDownButOnlyAfterTheirLastInstance) {
  const Scratch scratch;
  auto registry = std::make_unique<PluginRegistry>(PluginRegistry::Options{"", scratch.path()});
  ASSERT_TRUE(registry->load({good()}).ok());
  const auto* counters = static_cast<const part_counters_t*>(registry->extension(*registry->find(CVG_KIND_STEP, "probe"), "test.counters"));
  EXPECT_EQ(counters->inits, 1);
  EXPECT_EQ(counters->shutdowns, 0);
  registry.reset();
  EXPECT_EQ(counters->shutdowns, 1);
}

TEST(PluginRegistry, ReadsAManifestWithoutLoading) {
  const Result<Json> manifest = read_manifest(broken("crashing_init"));
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ((*manifest)["id"].text(), "test.good");
  const Result<Json> none = read_manifest(broken("no_note"));
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.status().text().find("no_note.so: it has no manifest"), std::string::npos);
  EXPECT_EQ(read_manifest("/nowhere.so").status().code(), Code::not_found);
}

}  // namespace
}  // namespace cvg
