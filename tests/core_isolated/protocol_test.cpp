#include "core/isolated/protocol.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"

namespace cvg {
namespace {

TEST(Protocol, ErrorsTravelWhole) {
  cvg_error error = empty_abi_error();
  fill_abi_error(Status(Code::rate_limited, "slower").with_retry_after_ms(70), &error);
  FlatWriter out;
  write_error(error, out);
  const std::string bytes = out.take();
  FlatReader in(bytes);
  const cvg_error read = read_error(in);
  EXPECT_TRUE(in.at_end());
  EXPECT_EQ(std::memcmp(&read, &error, sizeof error), 0);
}

TEST(Protocol, LongerTextThanAFieldIsCut) {
  FlatWriter out;
  out.number<cvg_status>(1).number<std::uint32_t>(0).number<std::int32_t>(0).number<std::int64_t>(0).text(std::string(5000, 'x')).text("");
  const std::string bytes = out.take();
  FlatReader in(bytes);
  EXPECT_EQ(std::strlen(read_error(in).message), 511u);
}

TEST(Protocol, IngestKeepsItsFiles) {
  cvg_file file{};
  file.struct_size = sizeof file;
  file.format = CVG_FMT_CSV;
  file.uri = abi_text("stage:1");
  file.name = abi_text("november.csv");
  file.bytes = 9;
  const cvg_file* files[] = {&file, &file};
  cvg_ingest request{};
  request.struct_size = sizeof request;
  request.mode = CVG_MERGE;
  request.table = abi_text("cost");
  request.files = files;
  request.n_files = 2;
  FlatWriter out;
  write_ingest(request, out);
  const std::string bytes = out.take();
  FlatReader in(bytes);
  const IngestRequest read(in);
  ASSERT_TRUE(in.at_end());
  EXPECT_FALSE(read.has_stream());
  EXPECT_EQ(read.ingest.mode, std::uint32_t{CVG_MERGE});
  EXPECT_EQ(view(read.ingest.table), "cost");
  ASSERT_EQ(read.ingest.n_files, 2u);
  EXPECT_EQ(view(read.ingest.files[1]->name), "november.csv");
  EXPECT_EQ(read.ingest.files[1]->bytes, 9u);
  std::mt19937 random(3);
  for (int turn = 0; turn < 5000; ++turn) {
    std::string bad = bytes;
    bad[random() % bad.size()] = static_cast<char>(random());
    FlatReader damaged(bad);
    const IngestRequest any(damaged);
    EXPECT_LE(any.ingest.n_files, bad.size());
  }
}

TEST(Protocol, RequestsOfAProviderTravelWhole) {
  cvg_extract_req request{};
  request.flags = CVG_EXTRACT_RELOAD;
  request.dataset = abi_text("invoice");
  cvg_unit unit{};
  unit.version = abi_text("v:1");
  FlatWriter out;
  write_extract(request, out);
  write_unit(unit, out);
  const std::string bytes = out.take();
  FlatReader in(bytes);
  EXPECT_EQ(view(read_extract(in).dataset), "invoice");
  EXPECT_EQ(view(read_unit(in).version), "v:1");
  EXPECT_TRUE(in.at_end());
}

}  // namespace
}  // namespace cvg
