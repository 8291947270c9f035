#include <gtest/gtest.h>

#include <sstream>

#include "core/base/json.h"
#include "host/app/commands.h"

namespace cvg {
namespace {

std::string printed(const char* topic) {
  const char* words[] = {"convergence", "docs", topic};
  std::ostringstream out, err;
  EXPECT_EQ(run_command(parse_command_line(3, words), out, err), 0) << err.str();
  return out.str();
}

TEST(DocsCommand, PrintsWhatTheRepositoryHolds) {
  EXPECT_TRUE(printed("routes").starts_with("| method | path |"));
  EXPECT_NE(printed("config").find("rate_limits:"), std::string::npos);
  const Result<Json> document = parse_json(printed("openapi"));
  ASSERT_TRUE(document.ok());
  EXPECT_EQ((*document)["openapi"].text(), "3.1.0");
}

TEST(DocsCommand, RefusesATopicThatItDoesNotHave) {
  const char* words[] = {"convergence", "docs", "poems"};
  std::ostringstream out, err;
  EXPECT_EQ(run_command(parse_command_line(3, words), out, err), 2);
  EXPECT_NE(err.str().find("poems"), std::string::npos);
}

}  // namespace
}  // namespace cvg
