#include "host/routes/dashboard_page.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(DashboardPage, NamesTheVersionAndNoOtherHost) {
  const std::string page = dashboard_page("4.5.6");
  EXPECT_NE(page.find("4.5.6</footer>"), std::string::npos);
  EXPECT_EQ(page.find("http://"), std::string::npos);
  EXPECT_EQ(page.find("https://"), std::string::npos);
}

TEST(DashboardPage, RunsNobodyElsesScripts) {
  const Response response = page_response("x");
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  ASSERT_EQ(response.headers.size(), 1u);
  EXPECT_EQ(response.headers[0].first, "Content-Security-Policy");
}

}  // namespace
}  // namespace cvg
