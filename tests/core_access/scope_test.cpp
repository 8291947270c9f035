#include "core/access/scope.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Scope, HasANameThatIsKnown) {
  EXPECT_EQ(to_text(Scope::pipelines_execute), "pipelines:execute");
  EXPECT_EQ(to_text(Scope::none), "");
  EXPECT_EQ(scope_names().size(), 5u);
}

TEST(Scope, AListIsStoredInOneOrderAndWithoutRepeats) {
  EXPECT_EQ(*join_scopes({"data:query", "pipelines:read", "data:query"}), "pipelines:read,data:query");
  EXPECT_EQ(*join_scopes({"pipelines:read", "*"}), "*");
  EXPECT_EQ(split_scopes("pipelines:read, data:query"), (std::vector<std::string>{"pipelines:read", "data:query"}));
  EXPECT_TRUE(split_scopes("").empty());
}

TEST(Scope, UnknownNamesAndEmptyListsAreRefused) {
  for (const std::vector<std::string>& names : {std::vector<std::string>{}, {"pipelines"}, {"Pipelines:Read"}, {"*", "x"}, {""}}) {
    const Result<std::string> stored = join_scopes(names);
    ASSERT_FALSE(stored.ok());
    EXPECT_EQ(stored.status().code(), Code::invalid);
    EXPECT_NE(stored.status().text().find("pipelines:read"), std::string::npos);
  }
}

TEST(Scope, AListGrantsItsNamesAndAStarGrantsAll) {
  EXPECT_TRUE(grants("pipelines:read, data:query", "data:query"));
  EXPECT_FALSE(grants("pipelines:read,data:query", "pipelines:write"));
  EXPECT_FALSE(grants("data:query", "data"));
  EXPECT_TRUE(grants("*", "data:query"));
  EXPECT_FALSE(grants("", "data:query"));
  EXPECT_FALSE(grants("data:query", "*"));
}

}  // namespace
}  // namespace cvg
