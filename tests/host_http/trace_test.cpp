#include "host/http/trace.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Trace, TheIdIsTakenFromAWellFormedHeader) {
  EXPECT_EQ(trace_id_from("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace_id_from("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"), "0af7651916cd43dd8448eb211c80319c");
}

TEST(Trace, AMalformedHeaderMeansNothing) {
  for (const char* wrong : {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
                            "00x0af7651916cd43dd8448eb211c80319cxb7ad6b7169203331x01",
                            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01"})
    EXPECT_EQ(trace_id_from(wrong), "") << wrong;
}

}  // namespace
}  // namespace cvg
