// GzipWriter: writes one gzip member to a new file, fast (isa-l level 1). One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

// The bytes as one gzip member (Parquet's GZIP codec takes it too).
std::string gzip(std::string_view bytes);

class GzipWriter {
 public:
  // Replaces an existing file.
  static Result<std::unique_ptr<GzipWriter>> create(const std::string& path);
  ~GzipWriter();
  Status write(std::string_view bytes);
  // Ends the member and closes the file; answers the bytes on disk.
  Result<std::int64_t> close();

 private:
  GzipWriter();
  Status drain(bool last);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cvg
