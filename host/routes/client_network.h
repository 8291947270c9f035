// Who counts as one client where there is no key: an IPv4 address, or the /64 of an IPv6 address, since everybody who has
// one IPv6 address has as many as he likes within it.  Any thread.
#pragma once

#include <string>

namespace cvg {

// "192.0.2.1", "2001:db8:1:2::/64"; an IPv4 address in IPv6's clothes is the IPv4 address; other texts stay as they are.
std::string client_network(const std::string& address);

}  // namespace cvg
