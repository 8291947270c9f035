#include "core/base/files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "core/base/random.h"
#include "core/base/text.h"

namespace cvg {
namespace {

Code code_of_errno(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR: return Code::not_found;
    case EEXIST:
    case ENOTEMPTY: return Code::conflict;
    case EACCES:
    case EPERM:
    case EXDEV:
    case ELOOP: return Code::denied;
    default: return Code::unavailable;
  }
}

std::string folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

Fd open_path(const std::string& path, int flags, unsigned mode = 0) {
  int fd = -1;
  do fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  while (fd < 0 && errno == EINTR);
  return Fd(fd);
}

Status write_aside(const std::string& aside, std::string_view bytes, unsigned mode) {
  const Fd fd = open_path(aside, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (!fd) return status_from_errno(errno, "created", aside);
  if (Status written = write_fd(fd.get(), bytes); !written.ok())
    return Status(written.code(), fmt::format("{}: {}", aside, written.text()));
  return fsync_fd(fd.get());
}

}  // namespace

Status status_from_errno(int number, std::string_view doing, std::string_view path) {
  const std::string cause = std::generic_category().message(number);
  return Status(code_of_errno(number), fmt::format("{} cannot be {}: {}.", path, doing, cause));
}

void Fd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Result<std::string> read_fd(int fd, std::int64_t bytes_max) {
  std::string content;
  struct stat info{};
  if (::fstat(fd, &info) == 0 && info.st_size > 0 && info.st_size <= bytes_max)
    content.reserve(static_cast<std::size_t>(info.st_size));
  std::vector<char> buffer(1 << 16);
  while (true) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return status_from_errno(errno, "read", "The file");
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (static_cast<std::int64_t>(content.size()) > bytes_max)
      return Status(Code::limit, fmt::format("The file is larger than {} bytes.", bytes_max));
  }
}

Result<std::string> read_file(const std::string& path, std::int64_t bytes_max) {
  const Fd fd = open_path(path, O_RDONLY);
  if (!fd) return status_from_errno(errno, "opened", path);
  Result<std::string> content = read_fd(fd.get(), bytes_max);
  if (!content.ok()) return Status(content.status().code(), fmt::format("{}: {}", path, content.status().text()));
  return content;
}

Status write_fd(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return status_from_errno(errno, "written", "The file");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return Status();
}

Status fsync_fd(int fd) {
  if (::fsync(fd) != 0) return status_from_errno(errno, "synced", "The file");
  return Status();
}

Status fsync_file(const std::string& path) {
  const Fd fd = open_path(path, O_RDONLY);
  if (!fd) return status_from_errno(errno, "opened", path);
  if (::fsync(fd.get()) != 0) return status_from_errno(errno, "synced", path);
  return Status();
}

Status fsync_folder(const std::string& path) {
  const Fd fd = open_path(path, O_RDONLY | O_DIRECTORY);
  if (!fd) return status_from_errno(errno, "opened", path);
  if (::fsync(fd.get()) != 0) return status_from_errno(errno, "synced", path);
  return Status();
}

Status write_file_atomically(const std::string& path, std::string_view bytes, unsigned mode) {
  const std::string aside = fmt::format("{}.{}.new", path, random_base62(8));
  Status done = write_aside(aside, bytes, mode);
  if (done.ok() && ::rename(aside.c_str(), path.c_str()) != 0) done = status_from_errno(errno, "replaced", path);
  if (!done.ok()) {
    ::unlink(aside.c_str());
    return done;
  }
  return fsync_folder(folder_of(path));
}

bool path_exists(const std::string& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0;
}

Status make_folders(const std::string& path, unsigned mode) {
  if (path.empty()) return Status(Code::invalid, "An empty path names no folder.");
  if (::mkdir(path.c_str(), mode) == 0) return Status();
  if (errno == ENOENT) {
    const std::string parent = folder_of(path);
    if (parent == path) return status_from_errno(ENOENT, "made", path);
    CVG_RETURN_IF_ERROR(make_folders(parent, mode));
    if (::mkdir(path.c_str(), mode) == 0) return Status();
  }
  const int number = errno;
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return Status();
  return status_from_errno(number, "made", path);
}

Status remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error && error != std::errc::no_such_file_or_directory) return status_from_errno(error.value(), "removed", path);
  return Status();
}

Result<Fd> open_beneath_fd(int root_fd, const std::string& relative, int flags) {
  if (relative.find('\0') != std::string::npos) return Status(Code::denied, "A path holds a zero byte.");
  struct open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_RDONLY | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  // EAGAIN: a rename ran beside the walk, so that the kernel could not tell where the path led.
  for (int attempt = 0; attempt < 100; ++attempt) {
    fd = ::syscall(SYS_openat2, root_fd, relative.c_str(), &how, sizeof how);
    if (fd >= 0 || (errno != EINTR && errno != EAGAIN)) break;
  }
  if (fd >= 0) return Fd(static_cast<int>(fd));
  if (errno == EXDEV) return Status(Code::denied, fmt::format("{} leaves its folder.", relative));
  if (errno == ELOOP) return Status(Code::denied, fmt::format("{} leads through a symbolic link.", relative));
  if (errno == ENOSYS)
    return Status(Code::denied, fmt::format("{} is refused: this kernel cannot confine paths (Linux 5.6 can).", relative));
  return status_from_errno(errno, "opened", relative);
}

Result<Fd> open_beneath(const std::string& root, const std::string& relative, int flags) {
  const Fd folder = open_path(root, O_RDONLY | O_DIRECTORY);
  if (!folder) return status_from_errno(errno, "opened", root);
  return open_beneath_fd(folder.get(), relative, flags);
}

Result<FileLock> FileLock::acquire(const std::string& path, std::string_view busy_text) {
  Fd fd = open_path(path, O_RDWR | O_CREAT, 0640);
  if (!fd) return status_from_errno(errno, "opened", path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return status_from_errno(errno, "locked", path);
    const Result<std::string> owner = read_fd(fd.get(), 64);
    std::string text(busy_text);
    const std::size_t place = text.find("{}");
    if (place != std::string::npos) text.replace(place, 2, owner.ok() ? std::string(trim(*owner)) : "unknown");
    return Status(Code::unavailable, std::move(text)).with_retryable(false);
  }
  if (::ftruncate(fd.get(), 0) != 0) return status_from_errno(errno, "written", path);
  CVG_RETURN_IF_ERROR(write_fd(fd.get(), fmt::format("{}\n", ::getpid())));
  return FileLock(std::move(fd));
}

}  // namespace cvg
