#include <filesystem>

#include "core/plugin/objects.h"
#include "core/plugin/source_uri.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

namespace fs = std::filesystem;

class SourceRootsTest : public testing::Test {
 protected:
  SourceRootsTest() {
    scratch_.write("exports/acme/aws/a.csv", "x");
    scratch_.write("exports/other/b.csv", "secret");
    scratch_.write("samples/aws/s.csv", "s");
    scratch_.write("data/state/state.db", "state");
  }
  std::string uri(const std::string& relative) const { return "file://" + scratch_.path(relative); }
  SourceRoots roots(std::vector<std::string> patterns) const {
    Result<SourceRoots> made = SourceRoots::create(std::move(patterns), {scratch_.path("data")});
    EXPECT_TRUE(made.ok()) << made.status().text();
    made->set_samples_dir(scratch_.path("samples"));
    return *made;
  }
  static std::string first_key(const SourceRoots& roots, const std::string& uri) {
    const auto store = roots.open(uri, "acme");
    if (!store.ok()) return store.status().text();
    const Result<Json> list = (*store)->list("", "");
    if (!list.ok()) return list.status().text();
    return (*list)["objects"].size() > 0 ? (*list)["objects"].items()[0]["key"].text() : "nothing";
  }
  Scratch scratch_;
};

TEST_F(SourceRootsTest, TenantReachesItsOwnFolderOnly) {
  const SourceRoots own = roots({uri("exports/{tenant_id}")});
  EXPECT_EQ(first_key(own, uri("exports/acme")), "aws/a.csv");
  EXPECT_EQ(first_key(own, uri("exports/acme/aws")), "a.csv");
  EXPECT_TRUE(own.check(uri("exports/acme/aws"), "acme").ok());
  for (const std::string& outside : {uri("exports/other"), uri("exports"), uri("exports/acme2"), uri("data/state"), std::string("file:///etc"),
                                     uri("exports/acme/../other"), uri("exports/{tenant_id}")}) {
    EXPECT_EQ(own.check(outside, "acme").code(), Code::invalid) << outside;
    EXPECT_EQ(own.open(outside, "acme").status().code(), Code::invalid) << outside;
  }
  EXPECT_NE(own.check(uri("exports/other"), "acme").text().find("is not below an allowed root (sources.allowed_roots)"), std::string::npos);
}

TEST_F(SourceRootsTest, OneFileBelowTheRootIsASourceToo) {
  const SourceRoots own = roots({uri("exports/{tenant_id}")});
  EXPECT_EQ(first_key(own, uri("exports/acme/aws/a.csv")), "a.csv");
  EXPECT_EQ(own.check(uri("exports/other/b.csv"), "acme").code(), Code::invalid);
  EXPECT_EQ(first_key(own, "sample://aws/s.csv"), "s.csv");
}

TEST_F(SourceRootsTest, TenantIdCannotWidenThePattern) {
  const SourceRoots own = roots({uri("exports/{tenant_id}")});
  for (const char* tenant : {"", "..", "acme/..", "a b", "{tenant_id}"})
    EXPECT_EQ(own.check(uri("exports/acme"), tenant).code(), Code::invalid) << tenant;
}

TEST_F(SourceRootsTest, LinkOutOfTheRootIsNotFollowed) {
  fs::create_directory_symlink(scratch_.path("data/state"), scratch_.path("exports/acme/link"));
  const SourceRoots own = roots({uri("exports/{tenant_id}")});
  const std::string text = first_key(own, uri("exports/acme/link"));
  EXPECT_NE(text.find("leads through a symbolic link"), std::string::npos) << text;
}

TEST_F(SourceRootsTest, TenantsFolderThatIsALinkIsNotFollowed) {
  fs::remove_all(scratch_.path("exports/acme"));
  fs::create_directory_symlink(scratch_.path("data/state"), scratch_.path("exports/acme"));
  EXPECT_NE(first_key(roots({uri("exports/{tenant_id}")}), uri("exports/acme")).find("symbolic link"), std::string::npos);
}

TEST_F(SourceRootsTest, SamplesAreAlwaysThere) {
  const SourceRoots none = roots({"sample://"});
  EXPECT_EQ(first_key(none, "sample://aws"), "s.csv");
  EXPECT_EQ(none.check("sample://../data", "acme").code(), Code::invalid);
  EXPECT_EQ(SourceRoots().check("sample://aws", "acme").text(), "this server has no samples (sample://)");
}

TEST_F(SourceRootsTest, RemoteSourcesAreNotOfferedYet) {
  const SourceRoots all = roots({"s3://bucket/{tenant_id}", "https://account.blob.core.windows.net"});
  for (const char* uri : {"s3://bucket/acme/x", "https://account.blob.core.windows.net/c", "gs://b/x", "http://h/x"}) {
    const Status status = all.check(uri, "acme");
    EXPECT_EQ(status.code(), Code::unsupported) << uri;
    EXPECT_NE(status.text().find("are not offered in this version"), std::string::npos);
  }
}

TEST_F(SourceRootsTest, RootThatTouchesTheServersFoldersIsRefusedAtStart) {
  fs::create_directory_symlink(scratch_.path("data"), scratch_.path("alias"));
  for (const std::string& pattern : {uri("data"), uri("data/state"), uri(""), std::string("file:///"), uri("{tenant_id}"), uri("{tenant_id}/state"),
                                     uri("alias/state"), uri("data/new/folder")}) {
    const Status status = SourceRoots::create({pattern}, {scratch_.path("data")}).status();
    EXPECT_EQ(status.code(), Code::config) << pattern;
    EXPECT_NE(status.text().find("is, holds or lies in the server's own folder"), std::string::npos) << status.text();
  }
  EXPECT_TRUE(SourceRoots::create({uri("data2"), uri("exports/{tenant_id}")}, {scratch_.path("data"), scratch_.path("none/yet")}).ok());
}

TEST_F(SourceRootsTest, PatternThatIsNoneIsRefusedAtStart) {
  for (const char* pattern : {"srv/exports", "file:///srv/{tenant}", "file:///srv/*", "file:///srv/{tenant_id}x{", "ftp://x"})
    EXPECT_EQ(SourceRoots::create({pattern}, {}).status().code(), Code::config) << pattern;
}

}  // namespace
}  // namespace cvg
