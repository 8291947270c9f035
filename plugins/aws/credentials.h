// Credentials of AWS: an access key, or a role to assume.
#pragma once

#include <convergence/credentials.hpp>

namespace aws {

// Throws convergence::Error CVG_E_AUTH that names the first field that cannot be right.
void check_credentials(const convergence::Json &document);

}  // namespace aws
