// Which network addresses are places of the public internet, and which lead inside: to this machine, its neighbours, or a
// cloud's metadata.  Values; any thread.
#pragma once

#include <string>
#include <string_view>

struct sockaddr;

namespace cvg {

// false: loopback, private, link-local, shared (CGNAT), multicast, reserved, documentation, an IPv4 address of those that is
// wrapped in IPv6, a cloud's metadata service, or no internet address at all.
bool is_public_address(const sockaddr* address);
// The same for a literal as it stands in a URL, with or without brackets; a text that is no address literal is not judged
// and counts as public.
bool is_public_literal(std::string_view host);
// "203.0.113.7", "2001:db8::1"; "?" for another family.
std::string address_text(const sockaddr* address);

}  // namespace cvg
