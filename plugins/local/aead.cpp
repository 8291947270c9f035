#include "aead.h"

#include <convergence/plugin.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <climits>
#include <memory>

namespace local_keys {
namespace {

using convergence::Error;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

void must(int answer) {
  if (answer != 1) throw Error(CVG_E_HOST, "the cryptographic library failed");
}

const unsigned char *bytes(std::string_view s) { return reinterpret_cast<const unsigned char *>(s.data()); }
unsigned char *bytes(std::string &s) { return reinterpret_cast<unsigned char *>(s.data()); }

Cipher cipher() {
  Cipher c(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (!c) throw std::bad_alloc();
  return c;
}

void check_sizes(std::string_view key, std::string_view text, std::string_view aad) {
  if (key.size() != kKeyBytes) throw Error(CVG_E_HOST, "an AES-256 key has 32 bytes");
  if (text.size() > INT_MAX / 2 || aad.size() > INT_MAX / 2) throw Error(CVG_E_LIMIT, "a key manager wraps keys, not files");
}

}  // namespace

std::string random_bytes(std::size_t n) {
  std::string out(n, '\0');
  must(RAND_bytes(bytes(out), static_cast<int>(n)));
  return out;
}

std::string seal(std::string_view key, std::string_view plain, std::string_view aad) {
  check_sizes(key, plain, aad);
  const std::string nonce = random_bytes(kNonceBytes);
  std::string out(plain.size(), '\0'), tag(kTagBytes, '\0');
  const Cipher c = cipher();
  int n = 0;
  must(EVP_EncryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(std::string_view(nonce))));
  must(EVP_EncryptUpdate(c.get(), nullptr, &n, bytes(aad), static_cast<int>(aad.size())));
  must(EVP_EncryptUpdate(c.get(), bytes(out), &n, bytes(plain), static_cast<int>(plain.size())));
  must(EVP_EncryptFinal_ex(c.get(), bytes(out) + n, &n));
  must(EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()));
  return nonce + tag + out;
}

std::string open_sealed(std::string_view key, std::string_view sealed, std::string_view aad) {
  check_sizes(key, sealed, aad);
  if (sealed.size() < kNonceBytes + kTagBytes) throw Error(CVG_E_DATA, "the wrapped key is cut");
  const std::string_view nonce = sealed.substr(0, kNonceBytes), text = sealed.substr(kNonceBytes + kTagBytes);
  std::string tag(sealed.substr(kNonceBytes, kTagBytes)), out(text.size(), '\0');
  const Cipher c = cipher();
  int n = 0;
  must(EVP_DecryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce)));
  must(EVP_DecryptUpdate(c.get(), nullptr, &n, bytes(aad), static_cast<int>(aad.size())));
  must(EVP_DecryptUpdate(c.get(), bytes(out), &n, bytes(text), static_cast<int>(text.size())));
  must(EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
  if (EVP_DecryptFinal_ex(c.get(), bytes(out) + n, &n) != 1) {
    wipe(out);
    throw Error(CVG_E_DATA, "the wrapped key was changed, or belongs to another tenant, purpose or key file");
  }
  return out;
}

void wipe(std::string &secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

}  // namespace local_keys
