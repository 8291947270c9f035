// TarWriter: an archive in the format that every tar reads (ustar, long names as GNU writes them), with the SHA-256 of each
// file for a manifest.  One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

class TarWriter {
 public:
  // Writes to the descriptor from its position on; the descriptor is not closed.  More than bytes_max is Code::limit.
  TarWriter(int fd, std::int64_t bytes_max, std::int64_t modified_ms) : fd_(fd), bytes_max_(bytes_max), modified_s_(modified_ms / 1000) {}

  struct Entry {
    std::int64_t bytes = 0;
    std::string sha256;
  };
  Result<Entry> add_text(const std::string& name, std::string_view content);
  Result<Entry> add_file(const std::string& name, const std::string& path);
  Status finish();  // once, after the last entry
  std::int64_t bytes() const { return written_; }

 private:
  Status write(std::string_view bytes);
  Status write_header(const std::string& name, std::int64_t size, char type);
  Status begin_entry(const std::string& name, std::int64_t size);
  Status pad(std::int64_t size);

  const int fd_;
  const std::int64_t bytes_max_, modified_s_;
  std::int64_t written_ = 0;
};

}  // namespace cvg
