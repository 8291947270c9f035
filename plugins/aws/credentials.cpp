#include "credentials.h"

namespace aws {
namespace {

using convergence::CredentialDocument;

constexpr std::size_t key_id_bytes = 20, secret_bytes = 40, account_digits = 12;

// AKIA of a user, ASIA of a session; the rest is base 32.
bool is_key_id(const std::string &id) {
  return id.size() == key_id_bytes && (id.compare(0, 4, "AKIA") == 0 || id.compare(0, 4, "ASIA") == 0) &&
         CredentialDocument::all(id.substr(4), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'); });
}

bool is_secret(const std::string &secret) {
  return secret.size() == secret_bytes && CredentialDocument::all(secret, [](char c) {
    return CredentialDocument::is_letter(c) || CredentialDocument::is_digit(c) || c == '+' || c == '/';
  });
}

// arn:PARTITION:iam::ACCOUNT:role/NAME
bool is_role(const std::string &arn) {
  const std::size_t iam = arn.find(":iam::");
  if (arn.compare(0, 7, "arn:aws") != 0 || iam == std::string::npos) return false;
  const std::string account = arn.substr(iam + 6, account_digits), rest = arn.substr(std::min(arn.size(), iam + 6 + account_digits));
  return account.size() == account_digits && CredentialDocument::all(account, CredentialDocument::is_digit) &&
         rest.compare(0, 6, ":role/") == 0 && rest.size() > 6;
}

}  // namespace

void check_credentials(const convergence::Json &json) {
  const CredentialDocument document(json);
  const bool role = document.has("role_arn");
  if (role && !is_role(document.text("role_arn"))) document.refuse("role_arn", "must be arn:aws:iam::ACCOUNT:role/NAME");
  if (role && !document.has("access_key_id")) return;  // the server's own identity assumes it
  const std::string id = document.text("access_key_id");
  if (!is_key_id(id)) document.refuse("access_key_id", "must be AKIA or ASIA and 16 letters of A-Z and 2-7");
  if (!is_secret(document.text("secret_access_key"))) document.refuse("secret_access_key", "must have 40 letters of base 64");
  if (id.compare(0, 4, "ASIA") == 0) static_cast<void>(document.text("session_token"));
}

}  // namespace aws
