#include "core/plugin/file_objects.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "core/base/digest.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

namespace fs = std::filesystem;

class FileObjectsTest : public testing::Test {
 protected:
  FileObjects objects(const std::string& relative = {}) { return FileObjects({scratch_.path(), relative, "file:///the/source"}); }
  static std::vector<std::string> keys(const Json& answer) {
    std::vector<std::string> keys;
    for (const Json& object : answer["objects"].items()) keys.push_back(object["key"].text());
    return keys;
  }
  // No message may tell where the source lies on this machine.
  void expect(const Status& status, Code code, std::string_view words) {
    EXPECT_EQ(status.code(), code) << status.text();
    EXPECT_NE(status.text().find(words), std::string::npos) << status.text();
    EXPECT_EQ(status.text().find(scratch_.path()), std::string::npos) << status.text();
  }
  Scratch scratch_;
};

TEST_F(FileObjectsTest, ListsEverythingBelowSortedByKey) {
  for (const char* name : {"b/2.csv", "b/1.csv", "a.csv", "b.csv", "c/d/e.csv", "b-x/0"}) scratch_.write(name, "1234");
  fs::create_directories(scratch_.path("empty"));
  FileObjects store = objects();
  const Result<Json> answer = store.list("", "");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(keys(*answer), (std::vector<std::string>{"a.csv", "b-x/0", "b.csv", "b/1.csv", "b/2.csv", "c/d/e.csv"}));
  EXPECT_EQ((*answer)["next"].text(), "");
  EXPECT_EQ((*answer)["objects"].items()[0]["bytes"].integer(), 4);
  EXPECT_GT((*answer)["objects"].items()[0]["modified_ms"].integer(), 0);
}

TEST_F(FileObjectsTest, PrefixIsOfTheKeyNotOfAFolder) {
  for (const char* name : {"2025/11/a", "2025/12/a", "2025-x", "2024/a"}) scratch_.write(name, "");
  FileObjects store = objects();
  EXPECT_EQ(keys(*store.list("2025", "")), (std::vector<std::string>{"2025-x", "2025/11/a", "2025/12/a"}));
  EXPECT_EQ(keys(*store.list("2025/1", "")), (std::vector<std::string>{"2025/11/a", "2025/12/a"}));
  EXPECT_EQ(keys(*store.list("2025/12/", "")), (std::vector<std::string>{"2025/12/a"}));
  EXPECT_TRUE(keys(*store.list("nothing", "")).empty());
  EXPECT_EQ(keys(*objects("2025").list("12", "")), (std::vector<std::string>{"12/a"}));
}

TEST_F(FileObjectsTest, PagesHoldEachObjectOnce) {
  for (std::size_t i = 0; i < 2 * objects_page_max + 1; ++i) scratch_.write("d/" + std::to_string(i), "");
  FileObjects store = objects();
  std::vector<std::string> all;
  std::string page;
  int pages = 0;
  do {
    const Result<Json> answer = store.list("d/", page);
    ASSERT_TRUE(answer.ok());
    const std::vector<std::string> some = keys(*answer);
    EXPECT_LE(some.size(), objects_page_max);
    all.insert(all.end(), some.begin(), some.end());
    page = (*answer)["next"].text();
    ++pages;
  } while (!page.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(all.size(), 2 * objects_page_max + 1);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST_F(FileObjectsTest, MissingSourceIsNotFound) {
  FileObjects store = objects("none/at/all");
  expect(store.list("", "").status(), Code::not_found, "there is no folder or file at the source file:///the/source");
  scratch_.write("file", "");
  FileObjects below = objects("file/x");
  EXPECT_FALSE(below.list("", "").ok());
  ASSERT_EQ(::mkfifo(scratch_.path("pipe").c_str(), 0600), 0);
  FileObjects pipe = objects("pipe");
  expect(pipe.list("", "").status(), Code::not_found, "there is no folder or file at the source");
}

TEST_F(FileObjectsTest, OneFileIsASourceThatHoldsItselfAlone) {
  scratch_.write("d/part.csv", "0123456789");
  scratch_.write("d/other.csv", "secret");
  scratch_.write("top.csv", "1");
  FileObjects store = objects("d/part.csv");
  const Result<Json> answer = store.list("", "");
  ASSERT_TRUE(answer.ok()) << answer.status().text();
  EXPECT_EQ(keys(*answer), std::vector<std::string>{"part.csv"});
  EXPECT_EQ((*answer)["objects"].items()[0]["bytes"].integer(), 10);
  EXPECT_TRUE(keys(*store.list("x", "")).empty());
  EXPECT_EQ(*store.read_range("part.csv", 2, 3), "234");
  for (const char* key : {"other.csv", "d/part.csv", "x"}) expect(store.stat(key).status(), Code::not_found, "there is no object");
  for (const char* key : {"../top.csv", "./part.csv", ""}) expect(store.stat(key).status(), Code::denied, "no relative path");
  EXPECT_EQ(keys(*objects("top.csv").list("", "")), std::vector<std::string>{"top.csv"});
}

TEST_F(FileObjectsTest, OneFileIsNotReachedThroughALink) {
  scratch_.write("d/part.csv", "0123456789");
  fs::create_symlink(scratch_.path("d/part.csv"), scratch_.path("link.csv"));
  fs::create_directory_symlink(scratch_.path("d"), scratch_.path("way"));
  for (const char* relative : {"link.csv", "way/part.csv", "../" "x"}) {
    FileObjects store = objects(relative);
    expect(store.list("", "").status(), Code::denied, "leads through a symbolic link");
  }
}

TEST_F(FileObjectsTest, StatAndReadGiveWhatIsThere) {
  scratch_.write("a/b.csv", "0123456789");
  FileObjects store = objects();
  EXPECT_EQ((*store.stat("a/b.csv"))["bytes"].integer(), 10);
  EXPECT_EQ(*store.read_range("a/b.csv", 2, 3), "234");
  EXPECT_EQ(*store.read_range("a/b.csv", 8, 100), "89");
  EXPECT_EQ(*store.read_range("a/b.csv", 100, 1), "");
  expect(store.read_range("a/b.csv", 0, object_read_bytes_max + 1).status(), Code::limit, "object_read_bytes_max");
  expect(store.stat("a/c.csv").status(), Code::not_found, "there is no object 'a/c.csv' below the source");
  expect(store.stat("a").status(), Code::not_found, "there is no object 'a'");
  expect(store.stat("a/b.csv/c").status(), Code::not_found, "there is no object");
}

TEST_F(FileObjectsTest, KeysNeverLeaveTheSource) {
  scratch_.write("outside", "secret");
  scratch_.write("in/x", "");
  FileObjects store = objects("in");
  for (const std::string& key : {std::string("../outside"), std::string("/etc/passwd"), std::string(), std::string("a//b"), std::string("./x"),
                                 std::string("x\0y", 3), std::string("x/.."), std::string("\xff")})
    expect(store.stat(key).status(), Code::denied, "no relative path of plain names");
  expect(store.stat(std::string(object_key_bytes_max + 1, 'a')).status(), Code::limit, "object_key_bytes_max");
}

TEST_F(FileObjectsTest, LinksAreNotFollowed) {
  scratch_.write("outside", "secret");
  scratch_.write("in/x", "");
  fs::create_symlink("../outside", scratch_.path("in/link"));
  fs::create_directory_symlink("..", scratch_.path("in/up"));
  FileObjects store = objects("in");
  expect(store.read_range("link", 0, 10).status(), Code::denied, "the object 'link' is refused: it leads through a symbolic link");
  expect(store.stat("up/outside").status(), Code::denied, "symbolic link");
  expect(store.list("", "").status(), Code::denied, "is a symbolic link; links are not followed");
  EXPECT_EQ(keys(*store.list("x", "")), std::vector<std::string>{"x"});
}

TEST_F(FileObjectsTest, WhatIsNoFileIsNoObject) {
  ASSERT_EQ(::mkfifo(scratch_.path("pipe").c_str(), 0600), 0);
  scratch_.write("x", "");
  FileObjects store = objects();
  EXPECT_EQ(keys(*store.list("", "")), std::vector<std::string>{"x"});
  EXPECT_EQ(store.read_range("pipe", 0, 1).status().code(), Code::not_found);
}

TEST_F(FileObjectsTest, FoldersAreBoundedInDepth) {
  std::string deep;
  for (int i = 0; i < object_depth_max + 2; ++i) deep += "d/";
  scratch_.write(deep + "x", "");
  FileObjects store = objects();
  expect(store.list("", "").status(), Code::limit, "object_depth_max");
}

TEST_F(FileObjectsTest, ToStageCopies) {
  scratch_.write("in/a.csv", "0123456789");
  const auto stage = std::make_unique<StageArea>(scratch_.path("stage"), 100);
  FileObjects store = objects("in");
  const Result<Json> answer = store.to_stage("a.csv", Json::object(), *stage);
  ASSERT_TRUE(answer.ok()) << answer.status().text();
  EXPECT_EQ((*answer)["bytes"].integer(), 10);
  EXPECT_EQ((*answer)["source_bytes"].integer(), 10);
  EXPECT_EQ((*answer)["sha256"].text(), sha256_hex("0123456789"));
  EXPECT_EQ(read_all(*stage->path((*answer)["uri"].text())), "0123456789");
  expect(store.to_stage("none", Json::object(), *stage).status(), Code::not_found, "'none'");
}

}  // namespace
}  // namespace cvg
