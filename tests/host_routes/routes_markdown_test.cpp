#include "host/routes/routes_markdown.h"

#include <gtest/gtest.h>

#include "core/base/files.h"
#include "host/routes/routes.h"

namespace cvg {
namespace {

TEST(RoutesMarkdown, StandsInTheDocsAsItIsPrinted) {
  const Result<std::string> docs = read_file(CVG_SOURCE_DIR "/docs/api.md");
  ASSERT_TRUE(docs.ok());
  EXPECT_NE(docs->find(routes_markdown()), std::string::npos)
      << "docs/api.md must hold what `convergence docs routes` prints, between the lines that begin with <!-- routes";
}

TEST(RoutesMarkdown, HasALineForEveryRoute) {
  const std::string text = routes_markdown();
  for (const Route& route : routes()) EXPECT_NE(text.find(route.path), std::string::npos);
}

}  // namespace
}  // namespace cvg
