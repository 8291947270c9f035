// Where the published sample data lies: $CONVERGENCE_SHARED_DATA, or ../shared/data beside the repository.
#pragma once

#include <string>

namespace cvg_test {

// The path of a file or folder of it; it may be absent, then a test skips.
std::string shared_data(const std::string& path);

}  // namespace cvg_test
