#include "core/config/server_config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace cvg {
namespace {

// A file below the test's temporary folder, gone with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    char name[] = "/tmp/server_config_XXXXXX";
    const int fd = mkstemp(name);
    path_ = name;
    std::ofstream(path_) << text;
    close(fd);
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(ServerConfig, FlagsBeatEnvironmentBeatsFileBeatsDefaults) {
  const TemporaryFile file("rate_limits: {run_per_minute: 1, tenant_per_minute: 2, onboard_per_minute: 3}\n");
  ConfigSources sources{file.path(),
                        {{"CONVERGENCE_RATE_LIMITS_RUN_PER_MINUTE", "10"}, {"CONVERGENCE_RATE_LIMITS_TENANT_PER_MINUTE", "20"}},
                        {{"rate_limits.run_per_minute", "100"}}};
  const auto config = load_server_config(sources);
  ASSERT_TRUE(config.ok()) << config.status().text();
  EXPECT_EQ(config->rate_limits.run_per_minute, 100);
  EXPECT_EQ(config->rate_limits.tenant_per_minute, 20);
  EXPECT_EQ(config->rate_limits.onboard_per_minute, 3);
  EXPECT_EQ(config->rate_limits.dryrun_per_minute, 10);
  EXPECT_EQ(config->rate_limits.tenant_per_hour, 1000);
  EXPECT_EQ(config->http.body_bytes_max, 10485760);
}

TEST(ServerConfig, SeedsNamesWork) {
  const TemporaryFile key("the-operators-key\n");
  const auto config = load_server_config({"", {{"PORT", "9090"}, {"ADMIN_API_KEY_FILE", key.path()}, {"ENVIRONMENT", "production"},
                                               {"CORS_ORIGINS", R"(["https://a.example", "https://b.example"])"}}, {}});
  ASSERT_TRUE(config.ok()) << config.status().text();
  EXPECT_EQ(config->listen, "0.0.0.0:9090");
  EXPECT_EQ(config->admin.api_key, "the-operators-key");
  EXPECT_EQ(config->environment, "production");
  EXPECT_EQ(config->cors.origins, (std::vector<std::string>{"https://a.example", "https://b.example"}));
  const auto comma = load_server_config({"", {{"CORS_ORIGINS", "https://a.example, https://b.example"}}, {}});
  EXPECT_EQ(comma->cors.origins, config->cors.origins);
}

TEST(ServerConfig, PortKeepsAChosenHostAndTheFlagWins) {
  const TemporaryFile file("listen: '10.0.0.1:1'\n");
  EXPECT_EQ(load_server_config({file.path(), {{"PORT", "80"}}, {}})->listen, "10.0.0.1:80");
  EXPECT_EQ(load_server_config({file.path(), {{"PORT", "80"}}, {{"listen", "[::1]:7"}}})->listen, "[::1]:7");
}

TEST(ServerConfig, ListsAreCommaSeparatedInTheEnvironment) {
  const auto config = load_server_config({"", {{"CONVERGENCE_CONFIGS_DIRS", "configs,more/configs"}}, {}});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->configs_dirs, (std::vector<std::string>{"configs", "more/configs"}));
}

TEST(ServerConfig, UnknownKeyIsNamedWithLineAndNearestName) {
  const TemporaryFile file("run:\n  workers: 2\n  leese_seconds: 3\n");
  const auto config = load_server_config({file.path(), {}, {}});
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.status().text(), file.path() + ":3: unknown key 'run.leese_seconds'; did you mean 'run.lease_seconds'?");
}

TEST(ServerConfig, BadValuesAreNamed) {
  struct Case {
    std::string yaml;
    std::map<std::string, std::string> environment;
    std::string part;
  };
  const Case cases[] = {
      {"run: {workers: many}\n", {}, ":1: run.workers: 'many' is not a whole number"},
      {"run: {workers: 0}\n", {}, "run.workers: 0 is not between 1 and 256 threads"},
      {"run: {workers: [1]}\n", {}, "run.workers: one value is expected"},
      {"configs_dirs: a\n", {}, "configs_dirs: a list is expected"},
      {"run: 3\n", {}, "'run' must be a section"},
      {"listen: nowhere\n", {}, "listen: 'nowhere' is not HOST:PORT"},
      {"scheduler: {mode: cron}\n", {}, "scheduler.mode: 'cron' is none of internal, external"},
      {"warehouse: {file_grace_minutes: 1}\nsessions: {query_timeout_ms: 60000}\n", {}, "warehouse.file_grace_minutes"},
      {"", {{"PORT", "http"}}, "environment variable PORT: 'http'"},
      {"", {{"CONVERGENCE_RUN_WORKERS", "x"}}, "environment variable CONVERGENCE_RUN_WORKERS: run.workers: 'x'"},
      {"", {{"CONVERGENCE_RUN_WORKER", "1"}}, "unknown variable 'CONVERGENCE_RUN_WORKER'; did you mean 'CONVERGENCE_RUN_WORKERS'?"},
      {"", {{"ADMIN_API_KEY", "a"}, {"ADMIN_API_KEY_FILE", "b"}}, "are both set"},
      {"", {{"CORS_ORIGINS", "[1]"}}, "environment variable CORS_ORIGINS"},
      {"", {{"CORS_ORIGINS", "https://a.example,b.example"}}, "(CORS_ORIGINS): 'b.example' is neither * nor scheme://host[:port]"},
      {"cors: {origins: ['https://a.example/']}\n", {}, "'https://a.example/' is neither"},
      {"plugins: [{path: x.so}]\n", {}, "a plugin needs a name"},
      {"plugins: [{name: x, sha265: y}]\n", {}, "did you mean 'sha256'?"},
      {"plugins: [{name: x, confg: {}}]\n", {}, "did you mean 'config'?"},
      {"plugins: [{name: x, mode: isolate}]\n", {}, "plugins.mode: 'isolate' is neither in_process nor isolated"},
      {"plugins: [{name: x}, {name: x}]\n", {}, "stands there twice"},
  };
  for (const Case& c : cases) {
    const TemporaryFile file(c.yaml);
    const auto config = load_server_config({file.path(), c.environment, {}});
    ASSERT_FALSE(config.ok()) << c.yaml << c.part;
    EXPECT_NE(config.status().text().find(c.part), std::string::npos) << config.status().text();
    EXPECT_EQ(config.status().code(), Code::config);
  }
  EXPECT_FALSE(load_server_config({"/nonexistent/server.yml", {}, {}}).ok());
  EXPECT_FALSE(load_server_config({"", {}, {{"no.such", "1"}}}).ok());
}

TEST(ServerConfig, TwoAdminKeysThatDifferAreRefusedAndNeitherIsTold) {
  const auto load = [](const char* seed, const char* own) {
    return load_server_config({"", {{"ADMIN_API_KEY", seed}, {"CONVERGENCE_ADMIN_API_KEY", own}}, {}});
  };
  EXPECT_EQ(load("one-key", "other-key").status().text(),
            "environment: ADMIN_API_KEY and CONVERGENCE_ADMIN_API_KEY are both set and differ: keep one");
  EXPECT_EQ(load("one-key", "one-key")->admin.api_key, "one-key");
  EXPECT_EQ(load("", "own-key")->admin.api_key, "own-key");
  EXPECT_TRUE(load("one-key", "").ok());
  const auto files = load_server_config({"", {{"ADMIN_API_KEY_FILE", "a"}, {"CONVERGENCE_ADMIN_API_KEY_FILE", "b"}}, {}});
  EXPECT_NE(files.status().text().find("ADMIN_API_KEY_FILE and CONVERGENCE_ADMIN_API_KEY_FILE"), std::string::npos) << files.status().text();
}

TEST(ServerConfig, AShortAdminKeyIsDoubtedAndNotTold) {
  ServerConfig config = default_server_config();
  EXPECT_TRUE(config_doubts(config).empty()) << "no key is no short key";
  config.admin.api_key = "fifteen-letters";
  ASSERT_EQ(config_doubts(config).size(), 1u);
  EXPECT_NE(config_doubts(config)[0].find("fewer than 16 letters"), std::string::npos);
  EXPECT_EQ(config_doubts(config)[0].find("fifteen"), std::string::npos);
  config.admin.api_key = "a-key-of-16-let.";
  EXPECT_TRUE(config_doubts(config).empty());
}

TEST(ServerConfig, PluginsKeepTheirConfiguration) {
  const TemporaryFile file("plugins:\n  - {name: aws, config: {region: eu-west-1}}\n  - {name: x, path: lib/x.so, sha256: ab}\n");
  const auto config = load_server_config({file.path(), {}, {}});
  ASSERT_TRUE(config.ok()) << config.status().text();
  ASSERT_EQ(config->plugins.size(), 2u);
  EXPECT_EQ(config->plugins[0].path, "aws.so");
  EXPECT_EQ(config->plugins[0].config.dump(), R"({"region":"eu-west-1"})");
  EXPECT_EQ(config->plugins[1].path, "lib/x.so");
  EXPECT_EQ(config->plugins[1].sha256, "ab");
}

}  // namespace
}  // namespace cvg
