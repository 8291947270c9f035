#include "core/base/aead.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <climits>
#include <memory>

#include "core/base/random.h"

namespace cvg {
namespace {

constexpr std::size_t nonce_bytes = 12, tag_bytes = 16;
constexpr std::size_t text_bytes_max = INT_MAX / 2;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Status library_failed() { return Status(Code::host, "The cryptographic library failed"); }

Status check_sizes(std::string_view key, std::string_view text, std::string_view aad) {
  if (key.size() != aead_key_bytes) return Status(Code::host, "A data key has 32 bytes");
  if (text.size() > text_bytes_max || aad.size() > text_bytes_max) return Status(Code::limit, "A secret of this size cannot be sealed");
  return {};
}

}  // namespace

Result<std::string> aead_seal(std::string_view key, std::string_view plain, std::string_view aad) {
  CVG_RETURN_IF_ERROR(check_sizes(key, plain, aad));
  const std::string nonce = random_bytes(nonce_bytes);
  std::string out(plain.size(), '\0'), tag(tag_bytes, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int n = 0;
  const bool sealed =
      cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(std::string_view(nonce))) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &n, bytes(aad), static_cast<int>(aad.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), bytes(out), &n, bytes(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), bytes(out) + n, &n) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1;
  if (!sealed) return library_failed();
  return nonce + tag + out;
}

Result<std::string> aead_open(std::string_view key, std::string_view sealed, std::string_view aad) {
  CVG_RETURN_IF_ERROR(check_sizes(key, sealed, aad));
  if (sealed.size() < nonce_bytes + tag_bytes) return Status(Code::data, "A sealed secret is cut");
  const std::string_view nonce = sealed.substr(0, nonce_bytes), text = sealed.substr(nonce_bytes + tag_bytes);
  std::string tag(sealed.substr(nonce_bytes, tag_bytes)), out(text.size(), '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int n = 0;
  const bool read =
      cipher && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &n, bytes(aad), static_cast<int>(aad.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes(out), &n, bytes(text), static_cast<int>(text.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1;
  if (!read) return library_failed();
  if (EVP_DecryptFinal_ex(cipher.get(), bytes(out) + n, &n) == 1) return out;
  wipe(out);
  return Status(Code::data, "A sealed secret was changed, or belongs to another tenant or purpose");
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace cvg
