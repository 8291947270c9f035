#include "core/plugin/source_uri.h"

#include <algorithm>
#include <random>

#include "core/base/text.h"

namespace cvg {
namespace {

using Parts = std::vector<std::string>;

Parts parts(std::string_view text) {
  const Result<SourceUri> uri = parse_source_uri(text);
  EXPECT_TRUE(uri.ok()) << uri.status().text();
  return uri.ok() ? uri->segments : Parts{};
}

TEST(SourceUri, FileIsTakenApartAndDecoded) {
  EXPECT_EQ(parts("file:///srv/exports/acme"), (Parts{"srv", "exports", "acme"}));
  EXPECT_EQ(parts("FILE://localhost/srv//exports/"), (Parts{"srv", "exports"}));
  EXPECT_EQ(parts("file:///a%20b/%C3%A4/50%25"), (Parts{"a b", "\xc3\xa4", "50%"}));
  EXPECT_EQ(parts("file:///a+b/..c/d..e/.hidden"), (Parts{"a+b", "..c", "d..e", ".hidden"}));
  EXPECT_EQ(parts("file:///"), Parts{});
}

TEST(SourceUri, SampleNamesAFolder) {
  EXPECT_EQ(parts("sample://aws"), Parts{"aws"});
  EXPECT_EQ(parts("sample://aws/cost/2025"), (Parts{"aws", "cost", "2025"}));
}

TEST(SourceUri, BucketsAndHostsAreAuthorities) {
  const Result<SourceUri> uri = parse_source_uri("https://Account.blob.core.windows.net:443/container/x");
  ASSERT_TRUE(uri.ok());
  EXPECT_EQ(uri->authority, "account.blob.core.windows.net:443");
  EXPECT_FALSE(uri->is_local());
  EXPECT_EQ(parse_source_uri("s3://bucket-1/exports")->authority, "bucket-1");
}

TEST(SourceUri, WhatCouldBeReadInTwoWaysIsRefused) {
  for (const std::string text :
       {"", "srv/exports", "/srv", "file:/srv", "ftp://host/x", "file://host/srv", "file:///a/../b", "file:///a/./b", "file:///a/%2e%2e/b",
        "file:///a/.%2E/b", "file:///a%2Fb", "file:///a%2fb", "file:///a%", "file:///a%2", "file:///a%zz", "file:///a%00b", "file:///a%0Ab",
        "file:///a?b", "file:///a#b", "file:///a\nb", "file:///%ff", "s3:///key", "s3://.bucket/x", "s3://user@bucket/x", "https://h:x/y",
        "sample://a:1/b", "file://../srv"}) {
    const Status status = parse_source_uri(text).status();
    EXPECT_EQ(status.code(), Code::invalid) << text;
  }
  EXPECT_EQ(parse_source_uri("file:///" + std::string(source_uri_bytes_max, 'a')).status().code(), Code::limit);
}

// Whatever the text: an answer whose parts can be joined to a path that stays where it is.
TEST(SourceUri, NoTextLeadsUpwards) {
  std::mt19937_64 random(42);
  const std::vector<std::string> pieces = {"file://", "sample://", "s3://", "/", "//", ".", "..", "%2e", "%2E", "%2f", "%5c", "\\", "%00", "%", "a",
                                           "acme", "{tenant_id}", "%25", "%252e", "\xc3\xa4", "\xff", "localhost", ":", "?", "#", " ", "@", "\n"};
  int accepted = 0;
  for (int round = 0; round < 50000; ++round) {
    std::string text = pieces[random() % 3];
    for (std::uint64_t i = random() % 12; i > 0; --i) text += pieces[random() % pieces.size()];
    const Result<SourceUri> uri = parse_source_uri(text);
    if (!uri.ok()) continue;
    ++accepted;
    for (const std::string& segment : uri->segments) {
      EXPECT_FALSE(segment.empty() || segment == "." || segment == "..") << text;
      EXPECT_EQ(segment.find('/'), std::string::npos) << text;
      EXPECT_TRUE(std::none_of(segment.begin(), segment.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) << text;
      EXPECT_TRUE(is_utf8(segment)) << text;
    }
  }
  EXPECT_GT(accepted, 1000);
}

TEST(SourceUri, JoinsFolders) {
  EXPECT_EQ(join_path({"a", "b", "c"}, 0, 2), "/a/b");
  EXPECT_EQ(join_path({"a", "b", "c"}, 3, 3), "");
}

}  // namespace
}  // namespace cvg
