#include "core/base/digest.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t digest_bytes = 32;
constexpr std::size_t read_bytes = 1 << 20;

std::string_view as_text(const unsigned char* bytes, std::size_t count) {
  return {reinterpret_cast<const char*>(bytes), count};
}

// EVP_sha256() is looked up again at each use, which costs more than the digest of a short text: it is fetched once.
const EVP_MD* sha256_method() {
  static const EVP_MD* method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = nullptr;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  state_->context = EVP_MD_CTX_new();
  if (state_->context == nullptr || EVP_DigestInit_ex(state_->context, sha256_method(), nullptr) != 1)
    throw std::runtime_error("OpenSSL offers no SHA-256");
}

Sha256::~Sha256() { EVP_MD_CTX_free(state_->context); }

void Sha256::add(const void* bytes, std::size_t count) { EVP_DigestUpdate(state_->context, bytes, count); }

std::string Sha256::finish_hex() {
  std::array<unsigned char, digest_bytes> out{};
  EVP_DigestFinal_ex(state_->context, out.data(), nullptr);
  return hex(as_text(out.data(), out.size()));
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, digest_bytes> out{};
  EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, sha256_method(), nullptr);
  return hex(as_text(out.data(), out.size()));
}

Result<std::string> sha256_hex_of_fd(int fd) {
  Sha256 digest;
  std::vector<char> buffer(read_bytes);
  while (true) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Status(Code::unavailable, fmt::format("The file cannot be read: {}.", std::strerror(errno)));
    if (count == 0) return digest.finish_hex();
    digest.add(buffer.data(), static_cast<std::size_t>(count));
  }
}

Result<std::string> sha256_hex_of_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return Status(errno == ENOENT ? Code::not_found : Code::unavailable,
                  fmt::format("{} cannot be read: {}.", path, std::strerror(errno)));
  Result<std::string> digest = sha256_hex_of_fd(fd);
  ::close(fd);
  return digest;
}

std::string hmac_sha256_bytes(std::string_view key, std::string_view message) {
  std::array<unsigned char, digest_bytes> out{};
  unsigned size = 0;
  HMAC(sha256_method(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), out.data(), &size);
  return std::string(as_text(out.data(), size));
}

std::string hmac_sha256_hex(std::string_view key, std::string_view message) {
  return hex(hmac_sha256_bytes(key, message));
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace cvg
