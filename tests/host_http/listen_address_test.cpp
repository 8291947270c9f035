#include "host/http/listen_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/text.h"

namespace cvg {
namespace {

TEST(ListenAddress, ATakenPortIsToldAsThat) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string listen = fmt::format("127.0.0.1:{}", ntohs(address.sin_port));
  EXPECT_TRUE(why_not_listening(listen).starts_with(fmt::format("listen: {} is in use by another program", listen)));
  ::close(fd);
  EXPECT_NE(why_not_listening(listen).find("free again"), std::string::npos);
}

TEST(ListenAddress, OtherReasonsHaveTheirSentence) {
  EXPECT_EQ(why_not_listening("192.0.2.1:8080"), "listen: 192.0.2.1:8080 is no address of this machine");
  EXPECT_EQ(why_not_listening("127.0.0.1:http"), "listen: 127.0.0.1:http is no HOST:PORT of this machine");
  EXPECT_NE(why_not_listening("[::1]:0").find("listen: [::1]:0"), std::string::npos);
}

}  // namespace
}  // namespace cvg
