#include "core/plugin/fd_read.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "core/base/files.h"

namespace cvg {

Result<std::int64_t> file_size(int fd) {
  struct ::stat info{};
  if (::fstat(fd, &info) != 0) return status_from_errno(errno, "examined", "a file");
  return static_cast<std::int64_t>(info.st_size);
}

Result<std::size_t> read_at(int fd, void* to, std::size_t count, std::uint64_t offset) {
  std::size_t got = 0;
  if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) - count) return got;
  while (got < count) {
    const ssize_t n = ::pread(fd, static_cast<char*>(to) + got, count - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return status_from_errno(errno, "read", "a file");
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  return got;
}

}  // namespace cvg
