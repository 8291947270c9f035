// Each rule of the loader, with a plugin that breaks it.  The tests of server.yml's own mistakes follow.
#include "core/plugin/loader.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/base/digest.h"
#include "core/base/text.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

PluginConfig row(const std::string& part) {
  PluginConfig config;
  config.name = part;
  config.path = broken(part);
  return config;
}

// What loading one plugin answers.
Status load(const PluginConfig& config, const Scratch& scratch) {
  PluginRegistry registry({"", scratch.path("private")});
  return registry.load({config});
}
std::string refusal(const std::string& part) {
  const Scratch scratch;
  const Status status = load(row(part), scratch);
  EXPECT_EQ(status.ok() ? Code::ok : status.code(), status.ok() ? Code::ok : Code::config);
  return status.text();
}
std::string refusal_of(const PluginConfig& config) {
  const Scratch scratch;
  return load(config, scratch).text();
}

struct Rule {
  const char* part;
  const char* sentence;
};
class BrokenPlugin : public testing::TestWithParam<Rule> {};

TEST_P(BrokenPlugin, IsRefusedWithOneSentence) {
  const std::string text = refusal(GetParam().part);
  EXPECT_TRUE(text.starts_with(std::string("the plugin ") + GetParam().part + " is refused: ")) << text;
  EXPECT_NE(text.find(GetParam().sentence), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Loader, BrokenPlugin,
    testing::Values(
        Rule{"no_note", "it has no manifest (the section .note.cvg"}, Rule{"foreign_note", "something else than a manifest"},
        Rule{"two_manifests", "more than one manifest"}, Rule{"bad_manifest", "its manifest is no JSON: "},
        Rule{"no_components", "its manifest offers no components"},
        Rule{"wrong_major_note", "it was built for ABI 2.0, this host serves ABI 1 only"},
        Rule{"higher_minor_note", "it needs ABI 1.7, this host serves up to 1.0"},
        Rule{"no_entry", "it exports no cvg_plugin_entry"}, Rule{"function_entry", "its cvg_plugin_entry is no cvg_entry"},
        Rule{"bad_magic", "does not begin with CVG_MAGIC"}, Rule{"small_entry", "its cvg_entry says that it has 16 bytes"},
        Rule{"large_entry", "its cvg_entry says that it has 4096 bytes"},
        Rule{"wrong_major", "it was built for ABI 2.0, this host serves ABI 1 only"},
        Rule{"higher_minor", "it needs ABI 1.7, this host serves up to 1.0"},
        Rule{"undefined_symbol", "undefined symbol: nobody_has_this"},
        Rule{"manifest_differs", "the manifest in its file differs from the one in its code"},
        Rule{"id_differs", "its manifest says test.good 1.0.0, its code says test.other 1.0.0"},
        Rule{"components_differ", "its code offers other components than its manifest"},
        Rule{"duplicate_component", "it offers the provider good twice"},
        Rule{"endless_components", "more than 64 components (plugin_components_max)"},
        Rule{"unknown_kind", "the unknown kind 'cvg.providr/1' (is it cvg.provider/1?)"},
        Rule{"bad_name", "whose name 'Good One' is not [a-z]"},
        Rule{"missing_slot", "its provider good lacks the required function describe"},
        Rule{"no_table", "its provider good has no table of functions"},
        Rule{"half_warehouse", "its warehouse half offers only a part of cvg.warehouse/1: ingest, end, published"},
        Rule{"needs_isolated", "demands a process of its own: set mode to isolated"},
        Rule{"failing_init", "it cannot start: init: no licence found"},
        Rule{"throwing_init", "let a C++ exception out"},
        Rule{"bad_describe", "describes itself in something that is no JSON"},
        Rule{"array_describe", "describes itself in JSON that is no object"},
        Rule{"failing_describe", "cannot describe itself: provider good: the part is not in the mood"},
        Rule{"bad_schema", "describes a config_schema that is no JSON object"}),
    [](const auto& info) { return std::string(info.param.part); });

TEST(Loader, GoodPluginIsAdmittedWithAllItSays) {
  const Scratch scratch;
  PluginRegistry registry({CVG_BROKEN_DIR, scratch.path("private")});
  PluginConfig config = row("good");
  config.path = "good.so";  // relative to plugins_dir
  config.sha256 = upper_ascii(*sha256_hex_of_file(broken("good")));
  config.config = Json::object().set("account", "a1");
  ASSERT_TRUE(registry.load({config}).ok());
  ASSERT_EQ(registry.plugins().size(), 1u);
  const LoadedPlugin plugin = registry.plugins()[0];
  EXPECT_EQ(plugin.id, "test.good");
  EXPECT_EQ(plugin.version, "1.0.0");
  EXPECT_EQ(plugin.sdk, "cvg-c/1.0");
  EXPECT_EQ(plugin.path, broken("good"));
  EXPECT_EQ(plugin.copy_path, scratch.path("private/" + plugin.sha256 + ".so"));
  EXPECT_EQ(plugin.manifest["abi"].text(), "1.0");
  const Component* provider = registry.find(CVG_KIND_PROVIDER, "good");
  ASSERT_NE(provider, nullptr);
  EXPECT_EQ(provider->config_json, "{\"account\":\"a1\"}");
  EXPECT_EQ(provider->description["summary"].text(), "a test");
}

TEST(Loader, WrongDigestIsRefusedBeforeAnythingIsLoaded) {
  PluginConfig config = row("crashing_init");
  config.sha256 = std::string(64, 'a');
  const std::string text = refusal_of(config);
  EXPECT_NE(text.find("but the configuration demands aaaa"), std::string::npos) << text;
}

TEST(Loader, FileThatOthersMayWriteIsRefused) {
  const Scratch scratch;
  PluginConfig config = row("good");
  for (const mode_t mode : {0664, 0646}) {
    config.path = scratch.write("loose.so", read_all(broken("good")));
    ASSERT_EQ(::chmod(config.path.c_str(), mode), 0);
    const std::string text = load(config, scratch).text();
    EXPECT_NE(text.find("may be written by its group or by others"), std::string::npos) << text;
    EXPECT_NE(text.find("run chmod go-w " + config.path), std::string::npos) << text;
  }
}

TEST(Loader, IsolatedModeIsRefusedWhereThereAreNoWorkers) {
  PluginConfig config = row("good");
  config.mode = "isolated";
  EXPECT_NE(refusal_of(config).find("mode isolated is not offered here"), std::string::npos);
  config.mode = "in_proces";
  EXPECT_NE(refusal_of(config).find("its mode 'in_proces' is unknown; did you mean in_process?"), std::string::npos);
}

TEST(Loader, ConfigurationIsCheckedAgainstTheComponentsSchema) {
  PluginConfig config = row("good");
  config.config = Json::object().set("days", "many");
  EXPECT_NE(refusal_of(config).find("the config of its provider good is wrong: days"), std::string::npos);
  config.config = Json::object().set("acount", "a1");
  const std::string text = refusal_of(config);
  EXPECT_NE(text.find("acount"), std::string::npos) << text;
  EXPECT_NE(text.find("account"), std::string::npos) << text;
  config.config = Json::object().set("components", Json::object().set("prob", Json::object()));
  EXPECT_NE(refusal_of(config).find("did you mean probe?"), std::string::npos) << refusal_of(config);
}

TEST(Loader, ComponentsMayBeConfiguredByName) {
  const Scratch scratch;
  PluginRegistry registry({"", scratch.path("private")});
  PluginConfig config = row("good");
  config.config = Json::object().set("components", Json::object().set("good", Json::object().set("days", 3)));
  ASSERT_TRUE(registry.load({config}).ok());
  EXPECT_EQ(registry.find(CVG_KIND_PROVIDER, "good")->config_json, "{\"days\":3}");
  EXPECT_EQ(registry.find(CVG_KIND_STEP, "probe")->config_json, "{}");
}

TEST(Loader, SecondPluginWithTheSameComponentIsRefused) {
  const Scratch scratch;
  PluginRegistry registry({"", scratch.path("private")});
  PluginConfig other = row("singleton");
  const Status status = registry.load({row("good"), other});
  EXPECT_NE(status.text().find("it offers the provider good, which the plugin good offers already"), std::string::npos) << status.text();
  const Status again = registry.load({row("good")});
  EXPECT_NE(again.text().find("another row of the configuration has its name"), std::string::npos) << again.text();
}

TEST(Loader, MissingFileIsRefused) {
  PluginConfig config = row("good");
  config.path = "/nowhere/at/all.so";
  EXPECT_NE(refusal_of(config).find("/nowhere/at/all.so cannot be opened"), std::string::npos);
  config.path.clear();
  EXPECT_NE(refusal_of(config).find("has no path"), std::string::npos);
}

TEST(Loader, ThreeCrashesAtLoadInARowAreAQuarantine) {
  const Scratch scratch;
  for (int start = 0; start < 3; ++start) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      (void)load(row("crashing_init"), scratch).ok();
      ::_exit(0);
    }
    int ended = 0;
    ASSERT_EQ(::waitpid(child, &ended, 0), child);
    ASSERT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL) << "start " << start << ": " << ended;
  }
  const std::string text = load(row("crashing_init"), scratch).text();
  EXPECT_NE(text.find("it is quarantined, because 3 starts of the server in a row ended while it was being loaded"), std::string::npos) << text;
  EXPECT_TRUE(load(row("good"), scratch).ok());
}

TEST(Loader, RefusalLeavesNoSentinel) {
  const Scratch scratch;
  for (int attempt = 0; attempt < 2; ++attempt)
    EXPECT_NE(load(row("failing_init"), scratch).text().find("no licence found"), std::string::npos);
}

TEST(Loader, SamePluginLoadsAgainAfterItsRegistryIsGone) {
  const Scratch scratch;
  for (int round = 0; round < 3; ++round) EXPECT_TRUE(load(row("good"), scratch).ok());
}

}  // namespace
}  // namespace cvg
