#include "core/base/deflate_reader.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/files.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t buffer_bytes = 1 << 20;
// ISA-L looks some bytes ahead; what it took too much is put back in front of the buffer.
constexpr std::size_t put_back_bytes = 16;

}  // namespace

struct DeflateReader::Engine {
  inflate_state state;
};

DeflateReader::DeflateReader(int fd, const InflateSink& sink, const InflateOptions& options)
    : fd_(fd), sink_(sink), options_(options), in_(std::make_unique_for_overwrite<unsigned char[]>(put_back_bytes + buffer_bytes)),
      out_(std::make_unique_for_overwrite<unsigned char[]>(buffer_bytes)), begin_(in_.get() + put_back_bytes), end_(begin_), engine_(std::make_unique<Engine>()) {
  if (options.sha256) digest_.emplace();
}

DeflateReader::~DeflateReader() = default;

Status DeflateReader::refill() {
  if (begin_ != end_ || eof_) return Status();
  begin_ = in_.get() + put_back_bytes;
  ssize_t count = 0;
  do count = ::read(fd_, begin_, buffer_bytes);
  while (count < 0 && errno == EINTR);
  if (count < 0) return status_from_errno(errno, "read", "The compressed file");
  eof_ = count == 0;
  end_ = begin_ + count;
  bytes_read_ += count;
  if (digest_) digest_->add(begin_, static_cast<std::size_t>(count));
  return Status();
}

Result<std::string_view> DeflateReader::take_some(std::size_t count) {
  CVG_RETURN_IF_ERROR(refill());
  const std::size_t there = std::min(count, static_cast<std::size_t>(end_ - begin_));
  const std::string_view bytes(reinterpret_cast<const char*>(begin_), there);
  begin_ += there;
  return bytes;
}

Result<bool> DeflateReader::take(std::size_t count, std::string& out) {
  out.clear();
  while (out.size() < count) {
    CVG_ASSIGN(const std::string_view bytes, take_some(count - out.size()));
    if (bytes.empty()) return false;
    out.append(bytes);
  }
  return true;
}

Result<bool> DeflateReader::at_end() {
  CVG_RETURN_IF_ERROR(refill());
  return begin_ == end_;
}

Result<std::string_view> DeflateReader::peek() {
  CVG_RETURN_IF_ERROR(refill());
  return std::string_view(reinterpret_cast<const char*>(begin_), static_cast<std::size_t>(end_ - begin_));
}

std::int64_t DeflateReader::position() const { return bytes_read_ - (end_ - begin_); }

void DeflateReader::begin_member() {
  crc_ = 0;
  member_bytes_ = 0;
}

Status DeflateReader::pass(std::string_view bytes) {
  crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  member_bytes_ += static_cast<std::int64_t>(bytes.size());
  bytes_out_ += static_cast<std::int64_t>(bytes.size());
  if (options_.bytes_max > 0 && bytes_out_ > options_.bytes_max)
    return Status(Code::limit, fmt::format("The file inflates to more than {} bytes.", options_.bytes_max));
  return sink_(bytes);
}

Status DeflateReader::run_engine() {
  inflate_state& state = engine_->state;
  state.next_in = begin_;
  state.avail_in = static_cast<std::uint32_t>(end_ - begin_);
  state.next_out = out_.get();
  state.avail_out = static_cast<std::uint32_t>(buffer_bytes);
  const int answer = isal_inflate(&state);
  begin_ = state.next_in;
  if (answer < 0)
    return Status(Code::data, fmt::format("the compressed data is damaged before byte {}", position()));
  return Status();
}

Status DeflateReader::inflate() {
  inflate_state& state = engine_->state;
  isal_inflate_init(&state);
  state.crc_flag = ISAL_DEFLATE;
  while (true) {
    CVG_RETURN_IF_ERROR(refill());
    CVG_RETURN_IF_ERROR(run_engine());
    const std::size_t made = buffer_bytes - state.avail_out;
    if (made > 0) CVG_RETURN_IF_ERROR(pass({reinterpret_cast<const char*>(out_.get()), made}));
    if (state.block_state == ISAL_BLOCK_FINISH) return finish_stream();
    if (made == 0 && eof_) return Status(Code::data, fmt::format("the compressed data is cut after {} bytes", position()));
  }
}

Status DeflateReader::finish_stream() {
  inflate_state& state = engine_->state;
  const int ahead = state.read_in_length / 8;
  if (ahead > 0) {
    const std::uint64_t bytes = state.read_in >> (state.read_in_length % 8);
    begin_ -= ahead;
    std::memcpy(begin_, &bytes, static_cast<std::size_t>(ahead));
  }
  return Status();
}

std::string DeflateReader::sha256() { return digest_ ? digest_->finish_hex() : std::string(); }

}  // namespace cvg
