// Credentials of Azure: an application with a secret.
#pragma once

#include <convergence/credentials.hpp>

namespace azure {

// Throws convergence::Error CVG_E_AUTH that names the first field that cannot be right.
void check_credentials(const convergence::Json &document);

}  // namespace azure
