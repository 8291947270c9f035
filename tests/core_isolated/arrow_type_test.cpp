#include "core/isolated/arrow_type.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(ArrowType, FormatsOfAWarehouseAreKnown) {
  EXPECT_EQ(arrow_type("l")->bits, 64);
  EXPECT_TRUE(arrow_type("l")->is_index);
  EXPECT_EQ(arrow_type("b")->bits, 1);
  EXPECT_EQ(arrow_type("U")->offset_bytes, 8);
  EXPECT_EQ(arrow_type("U")->buffers(), 3);
  EXPECT_EQ(arrow_type("d:38,24")->bits, 128);
  EXPECT_EQ(arrow_type("d:9,2,32")->bits, 32);
  EXPECT_EQ(arrow_type("tsu:UTC")->bits, 64);
  EXPECT_EQ(arrow_type("tsn:")->bits, 64);
  EXPECT_EQ(arrow_type("w:16")->bits, 128);
  EXPECT_EQ(arrow_type("+w:3")->list_size, 3);
  EXPECT_EQ(arrow_type("+m")->buffers(), 2);
  EXPECT_EQ(arrow_type("n")->buffers(), 0);
}

TEST(ArrowType, OthersAreRefusedByName) {
  for (const char* format : {"", "vu", "+ud:0", "+r", "d:", "d:1,2,3,4", "d:9,2,7", "w:-1", "w:x", "w:99999999", "ts", "tsq:", "ll"})
    EXPECT_EQ(arrow_type(format).status().code(), Code::unsupported) << format;
  EXPECT_EQ(arrow_type("vu").status().text(), "the Arrow format 'vu' does not travel between the server and an isolated plugin");
}

}  // namespace
}  // namespace cvg
