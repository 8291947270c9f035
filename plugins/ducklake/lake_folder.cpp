#include "lake_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>

#include "engine.h"

namespace ducklake {

namespace fs = std::filesystem;

namespace {

constexpr uintmax_t small_files_max = 64, small_bytes_max = 4 << 20;

[[noreturn]] void fail(const char *what, int error) {
  if (error == ENOSPC || error == EDQUOT)
    throw Error(CVG_E_UNAVAILABLE, "the disk that holds the lakes is full; nothing was published");
  throw Error(CVG_E_UNAVAILABLE, std::string(what) + ": " + std::strerror(error));
}

std::string parent_of(const std::string &path) { return fs::path(path).parent_path().string(); }

}  // namespace

LakeFolder::LakeFolder(const std::string &lakes_dir, const std::string &tenant_id) : tenant(lower(tenant_id)) {
  bool good = !tenant.empty() && tenant.size() <= 50;
  for (char c : tenant) good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
  if (!good) throw Error(CVG_E_CONFIG, "'" + tenant_id + "' is no tenant id");
  root = lakes_dir + "/" + tenant;
}

bool LakeFolder::exists() const { return ::access(catalog().c_str(), F_OK) == 0; }

bool LakeFolder::is_small() const {
  std::error_code error;
  uintmax_t files = 0, bytes = 0;
  for (fs::recursive_directory_iterator it(data(), error), end; !error && it != end; it.increment(error)) {
    if (!it->is_regular_file(error)) continue;
    bytes += it->file_size(error);
    if (error || ++files > small_files_max || bytes > small_bytes_max) return false;
  }
  return !error;
}

std::string unique_name() {
  std::random_device source;
  std::string name;
  for (int i = 0; i < 4; ++i) {
    char part[9];
    std::snprintf(part, sizeof part, "%08x", static_cast<unsigned>(source()));
    name += part;
  }
  return name;
}

void make_folder(const std::string &path) {
  if (::access(path.c_str(), F_OK) == 0) return;
  const std::string parent = parent_of(path);
  if (!parent.empty() && parent != path) make_folder(parent);
  std::error_code error;
  fs::create_directory(path, error);
  if (error) fail("a folder of the lake cannot be made", error.value());
  sync_path(parent);
}

namespace {

// False when there is nothing of that name.
bool sync_if_there(const std::string &path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return false;
  if (fd < 0) fail("a file of the lake cannot be opened", errno);
  const int failed = ::fsync(fd) ? errno : 0;
  ::close(fd);
  if (failed) fail("a file of the lake cannot be synced", failed);
  return true;
}

}  // namespace

void sync_path(const std::string &path) {
  if (!sync_if_there(path)) fail("a file of the lake cannot be opened", ENOENT);
}

void write_file(const std::string &path, const std::string &bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) fail("a file of the lake cannot be made", errno);
  int failed = 0;
  for (size_t at = 0; at < bytes.size() && !failed;) {
    const ssize_t count = ::write(fd, bytes.data() + at, bytes.size() - at);
    if (count >= 0) at += static_cast<size_t>(count);
    else if (errno != EINTR) failed = errno;
  }
  if (!failed && ::fsync(fd)) failed = errno;
  ::close(fd);
  if (failed) fail("a file of the lake cannot be written", failed);
}

std::set<std::string> entries(const std::string &folder) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    names.insert(it->path().filename().string());
  return names;
}

NewFiles::NewFiles(const std::vector<std::string> &folders) {
  for (const std::string &folder : folders) before_[folder] = entries(folder);
}

void NewFiles::sync() const {
  for (const auto &[folder, before] : before_) {
    bool any = false;
    for (const std::string &name : entries(folder)) {
      // Others stage files there meanwhile, and may give them up; the transaction's own ones do not go away.
      if (!before.count(name) && sync_if_there(folder + "/" + name)) any = true;
    }
    if (!any) continue;
    sync_path(folder);
    sync_path(parent_of(folder));
    sync_path(parent_of(parent_of(folder)));
  }
}

void remove_file(const std::string &path) noexcept { ::unlink(path.c_str()); }

void remove_tree(const std::string &path) noexcept {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

void rename_folder(const std::string &from, const std::string &to, bool exchange) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), exchange ? RENAME_EXCHANGE : RENAME_NOREPLACE))
    fail("a lake cannot be moved to its place", errno);
  sync_path(parent_of(to));
}

}  // namespace ducklake
