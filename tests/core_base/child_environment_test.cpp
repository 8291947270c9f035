#include "core/base/child_environment.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <set>
#include <string>

namespace cvg {
namespace {

TEST(ChildEnvironment, HoldsTheZoneAndTheLanguageAndNoSecret) {
  ::setenv("ADMIN_API_KEY", "secret", 1);
  ::setenv("LC_TIME", "C", 1);
  std::set<std::string> seen;
  const std::vector<char*> kept = child_environment();
  ::unsetenv("ADMIN_API_KEY");
  ASSERT_EQ(kept.back(), nullptr);
  for (const char* entry : kept)
    if (entry) seen.insert(std::string(entry).substr(0, std::string(entry).find('=')));
  EXPECT_TRUE(seen.contains("PATH"));
  EXPECT_TRUE(seen.contains("LC_TIME"));
  EXPECT_FALSE(seen.contains("ADMIN_API_KEY"));
}

}  // namespace
}  // namespace cvg
