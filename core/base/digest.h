// Digests; the wall around OpenSSL's.  Results are lower case hex unless a name says bytes.  Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

std::string sha256_hex(std::string_view bytes);
// Reads the descriptor from its position to its end.
Result<std::string> sha256_hex_of_fd(int fd);
Result<std::string> sha256_hex_of_file(const std::string& path);
std::string hmac_sha256_hex(std::string_view key, std::string_view message);
std::string hmac_sha256_bytes(std::string_view key, std::string_view message);
// Takes the same time wherever the texts differ; texts of other lengths differ at once.
bool constant_time_equal(std::string_view a, std::string_view b);

// A SHA-256 that is fed piece by piece.  One thread.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(const void* bytes, std::size_t count);
  void add(std::string_view bytes) { add(bytes.data(), bytes.size()); }
  std::string finish_hex();  // once; nothing may be added afterwards

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cvg
