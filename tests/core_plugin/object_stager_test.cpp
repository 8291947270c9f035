#include "core/plugin/object_stager.h"

#include <fcntl.h>

#include "core/base/digest.h"
#include "core/base/files.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

// "hello, hello, hello\n" as gzip, and as a zip archive with the member a.csv, both made by Python's zlib.
std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}
const std::string plain = "hello, hello, hello\n";
const std::string gzip = bytes_of(
    "1f8b0800000000000203cb48cdc9c9d751c840a2b800e7426e5214000000");
const std::string zip = bytes_of(
    "504b030414000000080000002100e7426e520c0000001400000005000000612e637376cb48cdc9c9d751c840a2b800504b01"
    "02140314000000080000002100e7426e520c00000014000000050000000000000000000000800100000000612e637376504b"
    "05060000000001000100330000002f0000000000");

class ObjectStager : public testing::Test {
 protected:
  Result<Json> stage(const std::string& bytes, Inflate inflate, std::int64_t room = 1000) {
    area_.reset();  // an area removes its folder when it goes
    area_ = std::make_unique<StageArea>(scratch_.path("stage"), room);
    area_->set_stop_check(stage_check_);
    const Fd fd(::open(scratch_.write("object", bytes).c_str(), O_RDONLY | O_CLOEXEC));
    return stage_object(fd.get(), "2025/a.gz", inflate, *area_);
  }
  void expect_plain(const std::string& source, Inflate inflate) {
    const Result<Json> answer = stage(source, inflate);
    ASSERT_TRUE(answer.ok()) << answer.status().text();
    EXPECT_EQ(read_all(*area_->path((*answer)["uri"].text())), plain);
    EXPECT_EQ((*answer)["bytes"].integer(), static_cast<std::int64_t>(plain.size()));
    EXPECT_EQ((*answer)["source_bytes"].integer(), static_cast<std::int64_t>(source.size()));
    EXPECT_EQ((*answer)["sha256"].text(), sha256_hex(source));
    EXPECT_EQ(area_->room(), 1000 - static_cast<std::int64_t>(plain.size()));
  }
  Scratch scratch_;
  std::unique_ptr<StageArea> area_;
  StageArea::StopCheck stage_check_;
};

TEST_F(ObjectStager, RecognisesByMagicBytes) {
  expect_plain(plain, Inflate::by_magic);
  expect_plain(gzip, Inflate::by_magic);
  expect_plain(zip, Inflate::by_magic);
}

TEST_F(ObjectStager, ObeysWhatIsAskedFor) {
  expect_plain(gzip, Inflate::gzip);
  expect_plain(zip, Inflate::zip);
  const Result<Json> raw = stage(gzip, Inflate::none);
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(read_all(*area_->path((*raw)["uri"].text())), gzip);
  EXPECT_EQ(stage(plain, Inflate::gzip).status().code(), Code::data);
}

TEST_F(ObjectStager, EmptyObjectStaysEmpty) {
  const Result<Json> answer = stage("", Inflate::by_magic);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ((*answer)["bytes"].integer(), 0);
}

TEST_F(ObjectStager, DamageNamesTheObjectAndLeavesNothingStaged) {
  const std::string cut = gzip.substr(0, gzip.size() - 3);
  const Status status = stage(cut, Inflate::by_magic).status();
  EXPECT_EQ(status.code(), Code::data);
  EXPECT_TRUE(status.text().starts_with("the object '2025/a.gz': ")) << status.text();
  EXPECT_EQ(status.detail_json(), "{\"file\":\"2025/a.gz\"}");
  EXPECT_EQ(area_->path("stage:1").status().code(), Code::not_found);
}

TEST_F(ObjectStager, NothingGoesBeyondTheStagesRoom) {
  for (const auto& [bytes, inflate] : {std::pair{plain, Inflate::none}, std::pair{gzip, Inflate::gzip}, std::pair{zip, Inflate::zip}}) {
    EXPECT_EQ(stage(bytes, inflate, 5).status().code(), Code::limit);
    EXPECT_EQ(stage(bytes, inflate, 0).status().code(), Code::limit);
  }
}

TEST_F(ObjectStager, StopsWhenTheCallStops) {
  for (const auto& [bytes, inflate] : {std::pair{plain, Inflate::none}, std::pair{gzip, Inflate::gzip}, std::pair{zip, Inflate::zip}}) {
    stage_check_ = [] { return Status(Code::cancelled, "cancelled"); };
    EXPECT_EQ(stage(bytes, inflate).status().code(), Code::cancelled);
  }
}

TEST_F(ObjectStager, OptionsAreChecked) {
  EXPECT_EQ(*read_inflate(Json::object()), Inflate::by_magic);
  EXPECT_EQ(*read_inflate(Json::object().set("inflate", "zip")), Inflate::zip);
  EXPECT_EQ(read_inflate(Json::object().set("inflate", "rar")).status().code(), Code::config);
  EXPECT_EQ(read_inflate(Json::object().set("inflat", "zip")).status().code(), Code::config);
}

}  // namespace
}  // namespace cvg
