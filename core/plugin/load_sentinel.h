// LoadSentinel: a mark that stands on the disk while foreign code is loaded.  When the process ends within the load the mark
// stays, and the next start adds to it.  One such end proves nothing: a kill, a loss of power and a crash of the code look the
// same.  After several in a row the code is not tried again.  One thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/base/status.h"

namespace cvg {

constexpr std::int64_t load_ends_max = 3;  // starts in a row that ended within one plugin's load before it is quarantined

class LoadSentinel {
 public:
  // Code::config (quarantined) when that many starts in a row ended while these bytes were being loaded.
  static Result<LoadSentinel> begin(const std::string& private_dir, const std::string& sha256, const std::string& plugin);
  // The process lived: the mark goes, also after a refusal.
  ~LoadSentinel();
  LoadSentinel(LoadSentinel&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  LoadSentinel& operator=(LoadSentinel&&) = delete;

 private:
  explicit LoadSentinel(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace cvg
