// AES-256-GCM: the one file of this plugin that knows OpenSSL is aead.cpp.  Thread-safe: no shared state.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace local_keys {

constexpr std::size_t kKeyBytes = 32, kNonceBytes = 12, kTagBytes = 16;

// Random bytes of the operating system's quality; throws convergence::Error when there are none.
std::string random_bytes(std::size_t n);

// nonce, tag and ciphertext in a row, under a fresh random nonce.
std::string seal(std::string_view key, std::string_view plain, std::string_view aad);

// What seal() was given.  Throws convergence::Error CVG_E_DATA when one bit of key, blob or aad differs.
std::string open_sealed(std::string_view key, std::string_view sealed, std::string_view aad);

// Overwrites secret bytes before their memory goes back.
void wipe(std::string &secret);

}  // namespace local_keys
