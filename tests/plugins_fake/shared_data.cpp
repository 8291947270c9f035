#include "shared_data.h"

#include <cstdlib>

namespace cvg_test {

std::string shared_data(const std::string& path) {
  const char* given = std::getenv("CONVERGENCE_SHARED_DATA");
  return (given && *given ? std::string(given) : std::string(CVG_SOURCE_DIR) + "/../shared/data") + "/" + path;
}

}  // namespace cvg_test
