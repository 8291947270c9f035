// ChunkedDecoder: takes a body in chunked coding apart, strictly: no extensions, no trailers, sizes of plain hexadecimal
// digits, CRLF and nothing else at the end of each line (RFC 9112, section 7.1).  Fed piece by piece.  One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cvg {

class ChunkedDecoder {
 public:
  enum class State : std::uint8_t { more, done, malformed, too_large };

  explicit ChunkedDecoder(std::int64_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}
  // Appends the data of bytes to body and tells in used how many bytes belong to this message (less than all: done).
  State feed(std::string_view bytes, std::string& body, std::size_t& used);

 private:
  enum class Want : std::uint8_t { size, size_lf, data, data_cr, data_lf, last_cr, last_lf };
  State step(char c);

  std::int64_t body_bytes_max_;
  std::int64_t total_ = 0;
  std::int64_t left_ = 0;  // of the chunk's size while it is read, then of its data
  int digits_ = 0;
  Want want_ = Want::size;
};

}  // namespace cvg
