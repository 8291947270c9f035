#include "core/plugin/load_sentinel.h"

#include <unistd.h>

#include <algorithm>

#include "core/base/files.h"
#include "core/base/text.h"

namespace cvg {
namespace {

// A line for each start that ended within the load; a file that is not there holds none.
Result<std::string> read_mark(const std::string& path) {
  Result<std::string> text = read_file(path);
  return text.status().code() == Code::not_found ? Result<std::string>(std::string()) : text;
}

}  // namespace

Result<LoadSentinel> LoadSentinel::begin(const std::string& private_dir, const std::string& sha256, const std::string& plugin) {
  std::string path = fmt::format("{}/{}.loading", private_dir, sha256);
  CVG_ASSIGN(const std::string mark, read_mark(path));
  if (std::count(mark.begin(), mark.end(), '\n') >= load_ends_max)
    return Status(Code::config, fmt::format("it is quarantined, because {} starts of the server in a row ended while it was being loaded: "
                                            "replace its file, set its mode to isolated, or remove {} to try it again", load_ends_max, path));
  CVG_RETURN_IF_ERROR(write_file_atomically(path, mark + plugin + "\n", 0600));
  return LoadSentinel(std::move(path));
}

LoadSentinel::~LoadSentinel() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace cvg
