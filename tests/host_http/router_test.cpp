#include "host/http/router.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router.add(Method::get, "/", 0);
    router.add(Method::get, "/runs", 1);
    router.add(Method::get, "/runs/{id}", 2);
    router.add(Method::get, "/runs/{id}/steps", 3);
    router.add(Method::post, "/run/{tenant}/{name}", 4);
    router.add(Method::del, "/runs/{id}", 5);
    router.add(Method::post, "/runs/validate", 6);
    router.add(Method::del, "/run/{tenant}/{backfill}", 7);
  }
  RouteMatch match(Method method, std::string_view path) { return router.match(method, path); }
  Router router;
};

TEST_F(RouterTest, RowsThatShareAPlaceKeepTheirOwnNames) {
  EXPECT_EQ(match(Method::post, "/run/acme/x").parameters[1].name, "name");
  EXPECT_EQ(match(Method::del, "/run/acme/x").parameters[1].name, "backfill");
  EXPECT_EQ(match(Method::get, "/run/acme/x").kind, RouteMatch::Kind::wrong_method);
}

TEST_F(RouterTest, FindsRowsAndNamesParameters) {
  EXPECT_EQ(match(Method::get, "/").route, 0u);
  EXPECT_EQ(match(Method::get, "/runs").route, 1u);
  const RouteMatch found = match(Method::post, "/run/acme/cost");
  EXPECT_EQ(found.route, 4u);
  ASSERT_EQ(found.parameters.size(), 2u);
  EXPECT_EQ(found.parameters[0].name, "tenant");
  EXPECT_EQ(found.parameters[1].value, "cost");
}

TEST_F(RouterTest, DecodesPartByPart) {
  const RouteMatch found = match(Method::get, "/runs/a%2Fb%3F");
  ASSERT_EQ(found.kind, RouteMatch::Kind::found);
  EXPECT_EQ(found.parameters[0].value, "a/b?");
  EXPECT_EQ(match(Method::get, "/%72uns").route, 1u);
  EXPECT_EQ(match(Method::get, "/..%2fruns").kind, RouteMatch::Kind::not_found);
  EXPECT_EQ(match(Method::get, "/x/../runs").kind, RouteMatch::Kind::not_found);
}

TEST_F(RouterTest, RefusesWhatDecodesToControlCharactersOrNotAtAll) {
  for (const char* path : {"/runs/%00", "/runs/a%0d%0ab", "/runs/%", "/runs/%4", "/runs/%zz", "/runs/%7f"})
    EXPECT_EQ(match(Method::get, path).kind, RouteMatch::Kind::malformed) << path;
}

TEST_F(RouterTest, RefusesWhatIsNoUtf8) {
  for (const char* path : {"/runs/%ff%fe", "/runs/\xff", "/runs/%C3", "/runs/%C0%AF", "/runs/%ED%A0%80", "/%ff", "/run/acme/%80"})
    EXPECT_EQ(match(Method::get, path).kind, RouteMatch::Kind::malformed) << path;
  EXPECT_EQ(match(Method::get, "/runs/%C3%A9").kind, RouteMatch::Kind::found);
}

TEST_F(RouterTest, MatchesWholePathsOnly) {
  for (const char* path : {"/runsx", "/runs/", "/runs//steps", "//runs", "/runs/a/b", "/RUNS", "/run/a", "/run/a/b/c"})
    EXPECT_EQ(match(Method::get, path).kind, RouteMatch::Kind::not_found) << path;
  EXPECT_EQ(match(Method::get, "/" + std::string(500, '/')).kind, RouteMatch::Kind::not_found);
}

TEST_F(RouterTest, TellsTheMethodsOfAKnownPath) {
  const RouteMatch wrong = match(Method::put, "/runs/7");
  EXPECT_EQ(wrong.kind, RouteMatch::Kind::wrong_method);
  EXPECT_EQ(wrong.allow, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(match(Method::other, "/run/a/b").allow, "POST, DELETE, OPTIONS");
  EXPECT_EQ(match(Method::options, "/runs").kind, RouteMatch::Kind::wrong_method);
}

TEST_F(RouterTest, HeadFindsTheRowOfGet) { EXPECT_EQ(match(Method::head, "/runs/7").route, 2u); }

TEST_F(RouterTest, ALiteralWinsOverAParameter) {
  EXPECT_EQ(match(Method::post, "/runs/validate").route, 6u);
  EXPECT_EQ(match(Method::get, "/runs/other").route, 2u);
}

}  // namespace
}  // namespace cvg
