#include "core/base/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace cvg {
namespace {

struct Block4 {
  std::uint32_t base;
  int bits;
};
constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) { return a << 24 | b << 16 | c << 8 | d; }

// IANA's special-purpose registry, multicast, what is reserved, and Azure's metadata and DNS address in public space.
constexpr auto inner_blocks = std::to_array<Block4>({
    {v4(0, 0, 0, 0), 8},      {v4(10, 0, 0, 0), 8},      {v4(100, 64, 0, 0), 10},  {v4(127, 0, 0, 0), 8},
    {v4(168, 63, 129, 16), 32}, {v4(169, 254, 0, 0), 16}, {v4(172, 16, 0, 0), 12},  {v4(192, 0, 0, 0), 24},
    {v4(192, 0, 2, 0), 24},   {v4(192, 88, 99, 0), 24},  {v4(192, 168, 0, 0), 16}, {v4(198, 18, 0, 0), 15},
    {v4(198, 51, 100, 0), 24}, {v4(203, 0, 113, 0), 24}, {v4(224, 0, 0, 0), 4},    {v4(240, 0, 0, 0), 4},
});

bool is_public_v4(std::uint32_t address) {
  for (const Block4& block : inner_blocks) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - block.bits);
    if ((address & mask) == block.base) return false;
  }
  return true;
}

using Bytes16 = std::array<std::uint8_t, 16>;
struct Block6 {
  std::array<std::uint8_t, 4> base;
  int bits;
};
// Of the global unicast space 2000::/3: protocol assignments with Teredo, documentation, and 6to4, which wraps IPv4.
constexpr auto special_blocks = std::to_array<Block6>({
    {{0x20, 0x01, 0x00, 0x00}, 23},
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x20, 0x02, 0x00, 0x00}, 16},
    {{0x3f, 0xff, 0x00, 0x00}, 20},
});

std::uint32_t first_word(const Bytes16& bytes) { return v4(bytes[0], bytes[1], bytes[2], bytes[3]); }

bool is_public_v6(const Bytes16& bytes) {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(bytes.data(), mapped.data(), mapped.size()) == 0) return is_public_v4(v4(bytes[12], bytes[13], bytes[14], bytes[15]));
  if ((bytes[0] & 0xe0) != 0x20) return false;
  for (const Block6& block : special_blocks) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - block.bits);
    if ((first_word(bytes) & mask) == v4(block.base[0], block.base[1], block.base[2], block.base[3])) return false;
  }
  return true;
}

Bytes16 bytes_of(const in6_addr& address) {
  Bytes16 bytes{};
  std::memcpy(bytes.data(), &address, bytes.size());
  return bytes;
}

}  // namespace

bool is_public_address(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return is_public_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family != AF_INET6) return false;
  sockaddr_in6 in{};
  std::memcpy(&in, address, sizeof in);
  return is_public_v6(bytes_of(in.sin6_addr));
}

bool is_public_literal(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string text(host.substr(0, host.find('%')));  // without a zone, which only inner addresses have
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) return is_public_v4(ntohl(four.s_addr));
  in6_addr six{};
  if (::inet_pton(AF_INET6, text.c_str(), &six) == 1) return is_public_v6(bytes_of(six));
  return true;
}

std::string address_text(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{'?'};
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    ::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace cvg
