#include <gtest/gtest.h>

#include "core/base/files.h"
#include "core/config/server_config.h"
#include "core/config/yaml.h"

namespace cvg {
namespace {

TEST(ServerConfigDoc, ShippedFileIsThePrintedOnePlusItsPlugins) {
  const auto file = read_file(CVG_SOURCE_DIR "/configs/server.yml");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->substr(0, server_config_doc().size()), server_config_doc())
      << "configs/server.yml must begin with what server_config_doc() prints";
}

TEST(ServerConfigDoc, PrintedFileLoadsToTheDefaults) {
  const auto printed = parse_yaml(server_config_doc(), "printed");
  ASSERT_TRUE(printed.ok()) << printed.status().text();
  const auto shipped = load_server_config({CVG_SOURCE_DIR "/configs/server.yml", {}, {}});
  ASSERT_TRUE(shipped.ok()) << shipped.status().text();
  EXPECT_EQ(shipped->rate_limits.onboard_per_minute, 5);
  EXPECT_EQ(shipped->listen, default_server_config().listen);
  EXPECT_GE(shipped->plugins.size(), 9u);
}

}  // namespace
}  // namespace cvg
