#include "core/plugin/load_sentinel.h"

#include <unistd.h>

#include "core/base/files.h"
#include "core/base/text.h"

namespace cvg {

Result<LoadSentinel> LoadSentinel::begin(const std::string& private_dir, const std::string& sha256, const std::string& plugin) {
  std::string path = fmt::format("{}/{}.loading", private_dir, sha256);
  if (path_exists(path))
    return Status(Code::config, fmt::format("it is quarantined, because the server ended while it was being loaded the last "
                                            "time: replace its file, set its mode to isolated, or remove {} to try it again", path));
  CVG_RETURN_IF_ERROR(write_file_atomically(path, plugin + "\n", 0600));
  return LoadSentinel(std::move(path));
}

LoadSentinel::~LoadSentinel() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace cvg
