#include "core/isolated/flat.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Flat, WhatWasWrittenIsRead) {
  FlatWriter out;
  const std::string bytes = out.number<std::int32_t>(-7).text("name").text(cvg_str{nullptr, 9}).buffer("0123", 4).number(1.5).take();
  FlatReader in(bytes);
  EXPECT_EQ(in.number<std::int32_t>(), -7);
  EXPECT_EQ(in.text(), "name");
  EXPECT_EQ(in.abi_text().n, 0u);
  const std::string_view buffer = in.buffer();
  EXPECT_EQ(buffer, "0123");
  EXPECT_EQ((buffer.data() - bytes.data()) % static_cast<std::ptrdiff_t>(flat_alignment), 0);
  EXPECT_EQ(in.number<double>(), 1.5);
  EXPECT_TRUE(in.at_end());
}

TEST(Flat, WhatIsMissingReadsAsNothingForEver) {
  FlatWriter out;
  std::string bytes = out.text("name").take();
  bytes.pop_back();
  FlatReader in(bytes);
  EXPECT_EQ(in.text(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.number<std::uint8_t>(), 0);
  EXPECT_FALSE(in.at_end());
  FlatWriter huge;
  const std::string length = huge.number<std::uint64_t>(~std::uint64_t{0}).take();
  EXPECT_EQ(FlatReader(length).buffer(), "");
}

}  // namespace
}  // namespace cvg
