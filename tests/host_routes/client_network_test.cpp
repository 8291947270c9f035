#include "host/routes/client_network.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(ClientNetwork, IsAnAddressOrItsSlash64) {
  EXPECT_EQ(client_network("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client_network("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client_network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(client_network("2001:db8:1:2:ffff::1"), client_network("2001:db8:1:2::9"));
  EXPECT_NE(client_network("2001:db8:1:3::1"), client_network("2001:db8:1:2::1"));
  EXPECT_EQ(client_network("::1"), "::/64");
  EXPECT_EQ(client_network(""), "");
  EXPECT_EQ(client_network("unix"), "unix");
}

}  // namespace
}  // namespace cvg
