// Credentials of Google Cloud: the key file of a service account.
#pragma once

#include <convergence/credentials.hpp>

namespace gcp {

// Throws convergence::Error CVG_E_AUTH that names the first field that cannot be right.
void check_credentials(const convergence::Json &document);

}  // namespace gcp
