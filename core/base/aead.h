// Aead: AES-256-GCM, sealing of secrets that are stored; the wall around OpenSSL's ciphers.  Any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

inline constexpr std::size_t aead_key_bytes = 32;

// nonce, tag and ciphertext; a new random nonce each time.  key has aead_key_bytes; aad is bound, not stored.
Result<std::string> aead_seal(std::string_view key, std::string_view plain, std::string_view aad);
// Code::data when the bytes were changed or sealed under another key or aad.
Result<std::string> aead_open(std::string_view key, std::string_view sealed, std::string_view aad);
// Overwrites a secret that is no longer needed.
void wipe(std::string& secret);

// A secret that is overwritten when it goes.
class Secret {
 public:
  explicit Secret(std::string text) : text_(std::move(text)) {}
  ~Secret() { wipe(text_); }
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(text_);
      text_ = std::move(other.text_);
      wipe(other.text_);
    }
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace cvg
