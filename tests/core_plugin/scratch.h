// A folder of a test, gone with it, and the plugins that the tests load.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/base/random.h"

namespace cvg {

class Scratch {
 public:
  Scratch() : path_(std::filesystem::temp_directory_path() / ("cvg-" + random_uuid())) { std::filesystem::create_directories(path_); }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string path(std::string_view relative = {}) const { return relative.empty() ? path_.string() : (path_ / relative).string(); }
  std::string write(std::string_view relative, std::string_view bytes) const {
    std::filesystem::create_directories((path_ / relative).parent_path());
    std::ofstream(path(relative), std::ios::binary) << bytes;
    return path(relative);
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string broken(const std::string& name) { return (std::filesystem::path(CVG_BROKEN_DIR) / (name + ".so")).string(); }

}  // namespace cvg
