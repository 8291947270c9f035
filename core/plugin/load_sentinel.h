// LoadSentinel: a file that stands on the disk while foreign code is loaded for the first time.  When the process dies
// inside that code the file stays, and the next start does not try again.  One thread.
#pragma once

#include <string>
#include <utility>

#include "core/base/status.h"

namespace cvg {

class LoadSentinel {
 public:
  // Code::config (quarantined) when the file of an earlier load with these bytes still stands.
  static Result<LoadSentinel> begin(const std::string& private_dir, const std::string& sha256, const std::string& plugin);
  // The process lived: the file goes, also after a refusal.
  ~LoadSentinel();
  LoadSentinel(LoadSentinel&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  LoadSentinel& operator=(LoadSentinel&&) = delete;

 private:
  explicit LoadSentinel(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace cvg
