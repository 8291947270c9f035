#include "host/routes/docs_routes.h"

#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

using DocsRoutesTest = RouteFixture;

TEST_F(DocsRoutesTest, ThePageLoadsOnlyWhatThisServerServes) {
  const std::string page = get("/docs").body;
  EXPECT_EQ(page.find("//"), std::string::npos);
  std::size_t files = 0;
  for (std::size_t at = page.find("\"/docs/"); at != std::string::npos; at = page.find("\"/docs/", at + 1)) {
    const std::string path = page.substr(at + 1, page.find('"', at + 1) - at - 1);
    const Response file = get(path);
    EXPECT_EQ(file.status, 200) << path;
    EXPECT_FALSE(file.body.empty()) << path;
    ++files;
  }
  EXPECT_EQ(files, 4u);
  EXPECT_EQ(get("/docs/dashboard.js").content_type, "text/javascript; charset=utf-8");
}

TEST_F(DocsRoutesTest, NothingElseOfTheFolderIsServed) {
  for (const char* path : {"/docs/LICENSE", "/docs/..%2f..%2fetc%2fpasswd", "/docs/swagger-ui.css%2f..", "/docs/."})
    EXPECT_EQ(get(path).status, 404) << path;
}

TEST_F(DocsRoutesTest, ADifferentFolderWithoutTheFilesTellsNoPath) {
  services->settings.swagger_dir = "/nonexistent";
  const Response response = get("/docs/swagger-ui.css");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body.find("nonexistent"), std::string::npos) << response.body;
}

TEST_F(DocsRoutesTest, TheDocumentIsServed) { EXPECT_EQ(text(get("/openapi.json"), "openapi"), "3.1.0"); }

}  // namespace
}  // namespace cvg
