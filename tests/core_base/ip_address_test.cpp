#include "core/base/ip_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

namespace cvg {
namespace {

TEST(IpAddress, PlacesOfThePublicInternetArePublic) {
  for (const char* host : {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.1.1",
                           "223.255.255.255", "168.63.129.15", "2606:4700::1111", "[2a00:1450:4001::1]", "::ffff:8.8.8.8"})
    EXPECT_TRUE(is_public_literal(host)) << host;
}

TEST(IpAddress, WhatLeadsInsideIsNotPublic) {
  for (const char* host : {"127.0.0.1", "127.255.255.255", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
                           "100.64.0.1", "100.100.100.200", "0.0.0.0", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1",
                           "203.0.113.9", "224.0.0.1", "255.255.255.255", "168.63.129.16", "::1", "::", "fe80::1", "[fe80::1%eth0]",
                           "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1",
                           "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "3fff::1"})
    EXPECT_FALSE(is_public_literal(host)) << host;
}

TEST(IpAddress, ANameIsNotJudged) {
  for (const char* host : {"example.com", "localhost", "10.example.com", ""}) EXPECT_TRUE(is_public_literal(host)) << host;
}

TEST(IpAddress, AnAddressOfAnotherFamilyIsNoPublicOne) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  sockaddr plain{};
  std::memcpy(&plain, &address, sizeof plain);
  EXPECT_FALSE(is_public_address(&plain));
  EXPECT_EQ(address_text(&plain), "?");
}

TEST(IpAddress, SocketAddressesAreJudgedLikeTheirTexts) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  ::inet_pton(AF_INET, "10.1.2.3", &in.sin_addr);
  sockaddr plain{};
  std::memcpy(&plain, &in, sizeof plain);
  EXPECT_FALSE(is_public_address(&plain));
  EXPECT_EQ(address_text(&plain), "10.1.2.3");
}

}  // namespace
}  // namespace cvg
