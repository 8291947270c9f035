// A new folder that goes away with the test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace cvg {

struct ScratchFolder {
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cvg-local-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path); }
  ScratchFolder(const ScratchFolder &) = delete;
  ScratchFolder &operator=(const ScratchFolder &) = delete;
  std::string path;
};

}  // namespace cvg
