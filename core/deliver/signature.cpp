#include "core/deliver/signature.h"

#include "core/base/digest.h"
#include "core/base/text.h"

namespace cvg {

std::string sign_body(std::string_view secret, std::int64_t unix_seconds, std::string_view body) {
  return fmt::format("t={},v1={}", unix_seconds, hmac_sha256_hex(secret, fmt::format("{}.{}", unix_seconds, body)));
}

}  // namespace cvg
