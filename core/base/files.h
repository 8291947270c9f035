// Files: whole reads, atomic durable writes, folders, locks and confined opening.  Errors name the path and the cause;
// a full disk is Code::unavailable, a missing file Code::not_found.  Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/status.h"

namespace cvg {

// Owns a descriptor and closes it.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// A file that is open for reading, with the size that it had then.
struct OpenFile {
  Fd fd;
  std::int64_t bytes = 0;
};

constexpr std::int64_t read_file_bytes_max = 64 << 20;

// Code::limit when the file is larger than bytes_max.
Result<std::string> read_file(const std::string& path, std::int64_t bytes_max = read_file_bytes_max);
Result<std::string> read_fd(int fd, std::int64_t bytes_max = read_file_bytes_max);
Status write_fd(int fd, std::string_view bytes);  // all of them
// Readers see the old content or the new one, also after a power loss: written aside, synced, renamed, folder synced.
Status write_file_atomically(const std::string& path, std::string_view bytes, unsigned mode = 0644);
Status fsync_fd(int fd);
Status fsync_file(const std::string& path);
Status fsync_folder(const std::string& path);

bool path_exists(const std::string& path);  // a link that leads nowhere exists
Status make_folders(const std::string& path, unsigned mode = 0750);  // with parents; an existing folder is fine
Status remove_tree(const std::string& path);  // does not follow links; a missing path is fine

// Opens relative beneath the folder root for reading.  A path that leaves it, or in which any part is a symbolic link, is
// refused by the kernel (Code::denied); so is everything when the kernel cannot promise that (before Linux 5.6).
Result<Fd> open_beneath(const std::string& root, const std::string& relative, int flags = 0);
Result<Fd> open_beneath_fd(int root_fd, const std::string& relative, int flags = 0);

// An exclusive lock on a file that holds its owner's process id; released by close() or by the owner's death.
class FileLock {
 public:
  // busy_text becomes the Status's text; "{}" in it is replaced by the other owner's process id.
  static Result<FileLock> acquire(const std::string& path, std::string_view busy_text);
  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&&) noexcept = default;

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

// "No space left on device" and the like; the code follows from the number.
Status status_from_errno(int number, std::string_view doing, std::string_view path);

}  // namespace cvg
