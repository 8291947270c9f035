#include "credentials.h"

namespace azure {

void check_credentials(const convergence::Json &json) {
  const convergence::CredentialDocument document(json);
  document.require_guid("tenant_id");
  document.require_guid("client_id");
  const std::string secret = document.text("client_secret");
  if (secret.find_first_of(" \t\r\n") != std::string::npos) document.refuse("client_secret", "must hold no blanks");
  if (document.has("subscription_id")) document.require_guid("subscription_id");
}

}  // namespace azure
