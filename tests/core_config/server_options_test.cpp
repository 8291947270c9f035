#include "core/config/server_options.h"

#include <gtest/gtest.h>

#include <set>

namespace cvg {
namespace {

TEST(ServerOptions, EveryDefaultLiesWithinItsBounds) {
  ServerConfig config;
  for (const ServerOption& option : server_options()) {
    EXPECT_TRUE(set_option(config, option, option.initial).ok()) << option.key;
    if (option.field.index() == 1) {
      EXPECT_LT(option.min, option.max) << option.key;
    }
  }
}

TEST(ServerOptions, KeysAndVariablesAreUniqueAndDocumented) {
  std::set<std::string> names;
  for (const ServerOption& option : server_options()) {
    EXPECT_TRUE(names.insert(environment_name(option)).second) << option.key;
    EXPECT_TRUE(option.doc.ends_with('.')) << option.key;
    EXPECT_EQ(option.field.index() == 1, option.max != 0) << option.key;
  }
}

TEST(ServerOptions, AVariableThatIsNoOptionIsNamedWithTheNearest) {
  const std::vector<std::string> doubts =
      environment_doubts({{"CONVERGENCE_LISTEM", "x"}, {"CONVERGENCE_NOPE_OF_ALL", "1"}, {"CONVERGENCE_LISTEN", "127.0.0.1:0"}, {"PATH", "/bin"}});
  ASSERT_EQ(doubts.size(), 2u);
  EXPECT_EQ(doubts[0], "The environment variable CONVERGENCE_LISTEM is no option and is ignored; did you mean CONVERGENCE_LISTEN?");
  EXPECT_TRUE(doubts[1].starts_with("The environment variable CONVERGENCE_NOPE_OF_ALL is no option and is ignored")) << doubts[1];
}

TEST(ServerOptions, AVariableThatIsNearNoneIsToldWithoutASuggestion) {
  const std::vector<std::string> doubts = environment_doubts({{"CONVERGENCE_NOPE", "1"}});
  ASSERT_EQ(doubts.size(), 1u);
  EXPECT_EQ(doubts[0], "The environment variable CONVERGENCE_NOPE is no option and is ignored");
}

TEST(ServerOptions, NumbersHaveNoTrailingText) {
  ServerConfig config;
  for (const ServerOption& option : server_options()) {
    if (option.field.index() != 1) continue;
    EXPECT_FALSE(set_option(config, option, "5x").ok()) << option.key;
    EXPECT_FALSE(set_option(config, option, "").ok()) << option.key;
    EXPECT_FALSE(set_option(config, option, "99999999999999999999").ok()) << option.key;
  }
}

}  // namespace
}  // namespace cvg
