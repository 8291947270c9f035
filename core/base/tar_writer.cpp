#include "core/base/tar_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/base/digest.h"
#include "core/base/files.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t block_bytes = 512, name_bytes_max = 100, read_bytes = 1 << 20;
constexpr std::int64_t octal_size_max = (std::int64_t{1} << 33) - 1;  // eleven octal digits

// A field of a header: its place, its width, and a text or an octal number that fits it.
void put(std::string& header, std::size_t at, std::string_view text) { header.replace(at, text.size(), text); }

void put_size(std::string& header, std::int64_t size) {
  constexpr std::size_t at = 124, width = 12;
  if (size <= octal_size_max) return put(header, at, fmt::format("{:011o}", size));
  header[at] = static_cast<char>(0x80);  // base 256, as GNU and pax readers know it
  for (std::size_t i = 0; i < 8; ++i) header[at + width - 1 - i] = static_cast<char>((size >> (8 * i)) & 0xFF);
}

}  // namespace

Status TarWriter::write(std::string_view bytes) {
  if (written_ + static_cast<std::int64_t>(bytes.size()) > bytes_max_)
    return Status(Code::limit, fmt::format("The archive would be larger than {} bytes", bytes_max_));
  written_ += static_cast<std::int64_t>(bytes.size());
  return write_fd(fd_, bytes);
}

Status TarWriter::write_header(const std::string& name, std::int64_t size, char type) {
  std::string header(block_bytes, '\0');
  put(header, 0, std::string_view(name).substr(0, name_bytes_max));
  put(header, 100, "0000600");
  put(header, 108, "0000000");
  put(header, 116, "0000000");
  put_size(header, size);
  put(header, 136, fmt::format("{:011o}", std::max<std::int64_t>(modified_s_, 0)));
  put(header, 148, "        ");
  header[156] = type;
  put(header, 257, std::string_view("ustar\0" "00", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(header, 148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return write(header);
}

Status TarWriter::begin_entry(const std::string& name, std::int64_t size) {
  if (name.size() > name_bytes_max) {
    const std::string whole = name + '\0';
    CVG_RETURN_IF_ERROR(write_header("././@LongLink", static_cast<std::int64_t>(whole.size()), 'L'));
    CVG_RETURN_IF_ERROR(write(whole));
    CVG_RETURN_IF_ERROR(pad(static_cast<std::int64_t>(whole.size())));
  }
  return write_header(name, size, '0');
}

Status TarWriter::pad(std::int64_t size) {
  const auto rest = static_cast<std::size_t>(size) % block_bytes;
  return rest == 0 ? Status() : write(std::string(block_bytes - rest, '\0'));
}

Result<TarWriter::Entry> TarWriter::add_text(const std::string& name, std::string_view content) {
  const auto size = static_cast<std::int64_t>(content.size());
  CVG_RETURN_IF_ERROR(begin_entry(name, size));
  CVG_RETURN_IF_ERROR(write(content));
  CVG_RETURN_IF_ERROR(pad(size));
  return Entry{size, sha256_hex(content)};
}

Result<TarWriter::Entry> TarWriter::add_file(const std::string& name, const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat state {};
  if (!file || ::fstat(file.get(), &state) != 0) return status_from_errno(errno, "read", path);
  const std::int64_t size = state.st_size;
  CVG_RETURN_IF_ERROR(begin_entry(name, size));
  Sha256 digest;
  std::string buffer(read_bytes, '\0');
  for (std::int64_t left = size; left > 0;) {
    const ssize_t count = ::read(file.get(), buffer.data(), std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(left)));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? status_from_errno(errno, "read", path) : Status(Code::unavailable, "A file became shorter while it was archived");
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    digest.add(bytes);
    CVG_RETURN_IF_ERROR(write(bytes));
    left -= count;
  }
  CVG_RETURN_IF_ERROR(pad(size));
  return Entry{size, digest.finish_hex()};
}

Status TarWriter::finish() { return write(std::string(2 * block_bytes, '\0')); }

}  // namespace cvg
