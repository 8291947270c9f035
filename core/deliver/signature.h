// The signature of what is sent: a receiver that knows the secret can tell that body and time are ours.  Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cvg {

inline constexpr std::string_view signature_header = "X-Convergence-Signature";

// "t=1763000000,v1=<hex of HMAC-SHA256(secret, t + "." + body)>".
std::string sign_body(std::string_view secret, std::int64_t unix_seconds, std::string_view body);

}  // namespace cvg
