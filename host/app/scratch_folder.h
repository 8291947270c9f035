// ScratchFolder: a folder of this process alone in the system's folder for temporary files, gone with its owner.  One thread.
#pragma once

#include <memory>
#include <string>

#include "core/base/status.h"

namespace cvg {

class ScratchFolder {
 public:
  // Below TMPDIR, else /tmp; mode 0700.
  static Result<std::unique_ptr<ScratchFolder>> create();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace cvg
