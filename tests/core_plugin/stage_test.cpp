#include "core/plugin/stage.h"

#include <filesystem>
#include <memory>
#include <thread>

#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

TEST(StageArea, FileIsWrittenClosedAndRead) {
  const Scratch scratch;
  const auto stage = std::make_unique<StageArea>(scratch.path("a/b"), 100);
  const cvg_handle handle = *stage->open("x.csv");
  ASSERT_TRUE(stage->write(handle, "0123456789").ok());
  EXPECT_EQ(stage->path("stage:1").status().code(), Code::state);
  EXPECT_EQ(*stage->close(handle), "stage:1");
  EXPECT_EQ(*stage->read("stage:1", 0, 4), "0123");
  EXPECT_EQ(*stage->read("stage:1", 8, 100), "89");
  EXPECT_EQ(*stage->read("stage:1", 10, 1), "");
  EXPECT_EQ(*stage->read("stage:1", UINT64_MAX, UINT64_MAX), "");
  EXPECT_EQ(read_all(*stage->path("stage:1")), "0123456789");
  EXPECT_TRUE(std::filesystem::path(*stage->path("stage:1")).is_absolute());
}

TEST(StageArea, IsGoneWithItsObject) {
  const Scratch scratch;
  auto stage = std::make_unique<StageArea>(scratch.path("area"), 100);
  ASSERT_TRUE(stage->open("left open").ok());
  ASSERT_TRUE(stage->add_file("y").ok());
  stage.reset();
  EXPECT_FALSE(std::filesystem::exists(scratch.path("area")));
}

TEST(StageArea, StepThatStagesNothingTouchesNoDisk) {
  const Scratch scratch;
  const auto stage = std::make_unique<StageArea>(scratch.path("run/step"), 100);
  EXPECT_FALSE(std::filesystem::exists(scratch.path("run")));
  ASSERT_TRUE(stage->add_file("x").ok());
  EXPECT_TRUE(std::filesystem::exists(scratch.path("run/step")));
}

TEST(StageArea, StepsOfARunThatEndBesideItTakeNothingFromIt) {
  const Scratch scratch;
  const auto come_and_go = [&](const char* step) {
    for (int i = 0; i < 2000; ++i) {
      StageArea stage(scratch.path("run/") + step, 100);
      const Result<cvg_handle> file = stage.open("x");
      ASSERT_TRUE(file.ok()) << file.status().text();
    }
  };
  std::thread other([&] { come_and_go("b"); });
  come_and_go("a");
  other.join();
}

TEST(StageArea, HoldsNoMoreThanItsLimit) {
  const Scratch scratch;
  const auto stage = std::make_unique<StageArea>(scratch.path("area"), 10);
  const cvg_handle handle = *stage->open("x");
  ASSERT_TRUE(stage->write(handle, "12345678").ok());
  const Status full = stage->write(handle, "901");
  EXPECT_EQ(full.code(), Code::limit);
  EXPECT_NE(full.text().find("stage_bytes_max"), std::string::npos);
  EXPECT_EQ(stage->room(), 2);
  EXPECT_TRUE(stage->take(2).ok());
  EXPECT_EQ(stage->take(1).code(), Code::limit);
}

TEST(StageArea, UnknownNamesAreRefused) {
  const Scratch scratch;
  const auto stage = std::make_unique<StageArea>(scratch.path("area"), 100);
  for (const char* uri : {"", "stage:", "stage:1", "stage:-1", "stage:0", "stage:../1", "stage:1x", "file:///etc/passwd", "stage:99999999999999999999"})
    EXPECT_EQ(stage->path(uri).status().code(), Code::not_found) << uri;
  EXPECT_EQ(stage->write(1, "x").code(), Code::state);
  EXPECT_EQ(stage->close(0).status().code(), Code::state);
}

TEST(StageArea, ClosedFileTakesNoMore) {
  const Scratch scratch;
  const auto stage = std::make_unique<StageArea>(scratch.path("area"), 100);
  const cvg_handle handle = *stage->open("x");
  ASSERT_TRUE(stage->close(handle).ok());
  EXPECT_EQ(stage->write(handle, "x").code(), Code::state);
  EXPECT_EQ(stage->close(handle).status().code(), Code::state);
}

TEST(StageArea, DroppedFileIsGone) {
  const Scratch scratch;
  const auto stage = std::make_unique<StageArea>(scratch.path("area"), 100);
  const auto file = *stage->add_file("x");
  EXPECT_TRUE(std::filesystem::exists(file.second));
  stage->drop(file.first);
  EXPECT_FALSE(std::filesystem::exists(file.second));
  EXPECT_EQ(stage->path(file.first).status().code(), Code::not_found);
  stage->drop("stage:77");
}

}  // namespace
}  // namespace cvg
