#include "credentials.h"

namespace gcp {
namespace {

using convergence::CredentialDocument;

constexpr std::size_t key_id_bytes = 40, key_bytes_min = 256;

bool ends_with(const std::string &text, const std::string &end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// PKCS #8 in PEM: what stands between the lines is base64 of a DER sequence, whose first byte 0x30 makes the first letter M.
bool is_private_key(const std::string &pem) {
  const std::string begin = "-----BEGIN PRIVATE KEY-----", end = "-----END PRIVATE KEY-----";
  const std::size_t last = pem.find(end);
  if (pem.compare(0, begin.size(), begin) != 0 || last == std::string::npos) return false;
  std::string base64;
  for (const char c : pem.substr(begin.size(), last - begin.size()))
    if (c != '\n' && c != '\r') base64 += c;
  if (base64.size() < key_bytes_min || base64.size() % 4 != 0 || base64[0] != 'M') return false;
  const std::size_t padding = base64.find('=');
  if (padding != std::string::npos && padding + 2 < base64.size()) return false;
  return CredentialDocument::all(base64.substr(0, padding), [](char c) {
    return CredentialDocument::is_letter(c) || CredentialDocument::is_digit(c) || c == '+' || c == '/';
  });
}

bool is_project(const std::string &id) {
  const std::string name = id.substr(id.find(':') == std::string::npos ? 0 : id.find(':') + 1);  // example.com:project
  return name.size() >= 6 && name.size() <= 30 && name[0] >= 'a' && name[0] <= 'z' && name.back() != '-' &&
         CredentialDocument::all(name, [](char c) { return (c >= 'a' && c <= 'z') || CredentialDocument::is_digit(c) || c == '-'; });
}

}  // namespace

void check_credentials(const convergence::Json &json) {
  const CredentialDocument document(json);
  if (document.text("type") != "service_account") document.refuse("type", "must be service_account");
  if (!is_project(document.text("project_id"))) document.refuse("project_id", "is not a project's id");
  const std::string key_id = document.text("private_key_id");
  if (key_id.size() != key_id_bytes || !CredentialDocument::all(key_id, CredentialDocument::is_hex))
    document.refuse("private_key_id", "must have 40 hexadecimal digits");
  if (!is_private_key(document.text("private_key"))) document.refuse("private_key", "must be a PKCS #8 private key in PEM");
  const std::string email = document.text("client_email");
  if (email.find('@') == std::string::npos || !ends_with(email, ".gserviceaccount.com"))
    document.refuse("client_email", "must be the address of a service account (...gserviceaccount.com)");
  if (document.has("token_uri") && document.text("token_uri").compare(0, 8, "https://") != 0)
    document.refuse("token_uri", "must begin with https://");
}

}  // namespace gcp
