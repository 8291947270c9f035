#include "plugins/ducklake/settings.h"

#include <gtest/gtest.h>

namespace ducklake {
namespace {

TEST(Settings, ReadsEveryKeyOfItsSchema) {
  const Json schema = Settings::schema();
  Json config = Json::object();
  for (const auto &[name, property] : schema["properties"].members()) {
    EXPECT_FALSE(property["description"].text().empty()) << name;
    if (property["type"].text() == "integer") config.set(name, int64_t{77});
    else config.set(name, name == "lakes_dir" ? "/x/lakes/" : "/y");
  }
  const Settings s = Settings::from(config);
  EXPECT_EQ(s.lakes_dir, "/x/lakes");
  EXPECT_EQ(s.engine.threads, 77);
  EXPECT_EQ(s.pool_engines_max + s.commit_attempts_max + s.inlined_rows_max + s.compression_level, 4 * 77);
}

TEST(Settings, RefusesAConfigurationWithoutFolders) {
  EXPECT_THROW(Settings::from(Json::object()), Error);
  EXPECT_THROW(Settings::from(Json::object().set("lakes_dir", "/x")), Error);
}

}  // namespace
}  // namespace ducklake
