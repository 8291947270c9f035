// DeflateReader: a file read forward through one buffer, with a raw deflate stream inflated out of it; the wall around
// ISA-L.  What inflate.cpp (gzip) and unzip.cpp (zip) share.  One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/digest.h"
#include "core/base/inflate.h"

namespace cvg {

class DeflateReader {
 public:
  DeflateReader(int fd, const InflateSink& sink, const InflateOptions& options);
  ~DeflateReader();

  // The next bytes, at least one and at most count; empty: the end of the file.
  Result<std::string_view> take_some(std::size_t count);
  // Exactly count bytes into out; false: the file ends before.
  Result<bool> take(std::size_t count, std::string& out);
  Result<bool> at_end();
  // The bytes that take_some() would give, left where they are.
  Result<std::string_view> peek();
  // Inflates from here to the end of a deflate stream; the next byte read is the one after it.
  Status inflate();
  // Hands bytes on as if they had been inflated.
  Status pass(std::string_view bytes);

  std::int64_t position() const;  // bytes taken so far
  std::uint32_t crc() const { return crc_; }  // of what was inflated or passed since begin_member()
  std::int64_t member_bytes() const { return member_bytes_; }
  std::int64_t bytes_out() const { return bytes_out_; }
  void begin_member();
  // SHA-256 of all bytes read; the file was read to its end.  Empty when it was not asked for.
  std::string sha256();

 private:
  struct Engine;
  Status refill();  // when the buffer is empty
  Status finish_stream();
  Status run_engine();

  int fd_;
  const InflateSink& sink_;
  InflateOptions options_;
  const std::unique_ptr<unsigned char[]> in_, out_;
  unsigned char* begin_;
  unsigned char* end_;
  bool eof_ = false;
  std::int64_t bytes_read_ = 0, bytes_out_ = 0, member_bytes_ = 0;
  std::uint32_t crc_ = 0;
  std::unique_ptr<Engine> engine_;
  std::optional<Sha256> digest_;
};

}  // namespace cvg
