#include "host/app/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "core/base/files.h"

namespace cvg {

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::create() {
  std::error_code error;
  const std::filesystem::path above = std::filesystem::temp_directory_path(error);
  std::string path = (error ? std::filesystem::path("/tmp") : above) / "convergence-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return status_from_errno(errno, "created", path);
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(path)));
}

// What cannot be removed stays among the temporary files, where the system clears it away.
ScratchFolder::~ScratchFolder() { static_cast<void>(remove_tree(path_)); }

}  // namespace cvg
