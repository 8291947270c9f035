#include "core/base/gzip_writer.h"

#include <fcntl.h>
#include <isa-l/igzip_lib.h>

#include <cerrno>
#include <vector>

#include "core/base/files.h"

namespace cvg {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 18;

// A stream of level 1 over buffers that live as long as it.
struct Deflater {
  Deflater() : work(ISAL_DEF_LVL1_DEFAULT), out(block_bytes) {
    isal_deflate_init(&stream);
    isal_gzip_header_init(&header);
    stream.gzip_flag = IGZIP_GZIP;
    stream.level = 1;
    stream.level_buf = work.data();
    stream.level_buf_size = static_cast<std::uint32_t>(work.size());
  }
  isal_zstream stream{};
  isal_gzip_header header{};
  std::vector<std::uint8_t> work, out;
};

}  // namespace

struct GzipWriter::State {
  Deflater deflater;
  Fd file;
  std::string path, waiting;
  std::int64_t bytes = 0;
};

GzipWriter::GzipWriter() : state_(std::make_unique<State>()) {}
GzipWriter::~GzipWriter() = default;

Result<std::unique_ptr<GzipWriter>> GzipWriter::create(const std::string& path) {
  std::unique_ptr<GzipWriter> writer(new GzipWriter());
  writer->state_->file.reset(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!writer->state_->file) return status_from_errno(errno, "create", path);
  writer->state_->path = path;
  return writer;
}

Status GzipWriter::drain(bool last) {
  State& s = *state_;
  isal_zstream& stream = s.deflater.stream;
  stream.next_in = reinterpret_cast<std::uint8_t*>(s.waiting.data());
  stream.avail_in = static_cast<std::uint32_t>(s.waiting.size());
  stream.end_of_stream = last ? 1 : 0;
  do {
    stream.next_out = s.deflater.out.data();
    stream.avail_out = static_cast<std::uint32_t>(s.deflater.out.size());
    if (isal_deflate(&stream) != COMP_OK) return {Code::host, "gzip: the compressor failed"};
    const std::size_t made = s.deflater.out.size() - stream.avail_out;
    CVG_RETURN_IF_ERROR(write_fd(s.file.get(), {reinterpret_cast<const char*>(s.deflater.out.data()), made}));
    s.bytes += static_cast<std::int64_t>(made);
  } while (stream.avail_out == 0 || stream.avail_in > 0);
  s.waiting.clear();
  return {};
}

Status GzipWriter::write(std::string_view bytes) {
  state_->waiting.append(bytes);
  return state_->waiting.size() < block_bytes ? Status() : drain(false);
}

Result<std::int64_t> GzipWriter::close() {
  CVG_RETURN_IF_ERROR(drain(true));
  state_->file.reset();
  return state_->bytes;
}

std::string gzip(std::string_view bytes) {
  Deflater deflater;
  isal_zstream& stream = deflater.stream;
  std::string copy(bytes), out;
  stream.next_in = reinterpret_cast<std::uint8_t*>(copy.data());
  stream.avail_in = static_cast<std::uint32_t>(copy.size());
  stream.end_of_stream = 1;
  do {
    stream.next_out = deflater.out.data();
    stream.avail_out = static_cast<std::uint32_t>(deflater.out.size());
    isal_deflate(&stream);
    out.append(reinterpret_cast<const char*>(deflater.out.data()), deflater.out.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

}  // namespace cvg
