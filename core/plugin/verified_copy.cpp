#include "core/plugin/verified_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "core/base/digest.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/plugin/fd_read.h"

namespace cvg {
namespace {

Status refused(std::string why) { return Status(Code::config, std::move(why)); }

Status check_pin(const std::string& pin) {
  const bool hex = pin.size() == 64 && lower_ascii(pin).find_first_not_of("0123456789abcdef") == std::string::npos;
  return pin.empty() || hex ? Status() : refused("its sha256 in the configuration is no SHA-256 (64 hexadecimal digits)");
}

// The plugin's file, open; refused when others than its owner may write it.
Result<Fd> open_file(const std::string& file) {
  Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return refused(status_from_errno(errno, "opened", file).text());
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return refused(status_from_errno(errno, "examined", file).text());
  if (!S_ISREG(info.st_mode)) return refused(fmt::format("{} is no file", file));
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refused(fmt::format("its file may be written by its group or by others (mode {:04o}): run chmod go-w {}",
                               info.st_mode & 07777u, file));
  if (info.st_size > plugin_file_bytes_max)
    return refused(fmt::format("its file has {} bytes, at most {} are allowed (plugin_file_bytes_max)", info.st_size,
                               plugin_file_bytes_max));
  return fd;
}

Status make_private_folder(const std::string& folder) {
  CVG_RETURN_IF_ERROR(make_folders(folder, 0700));
  struct stat info{};
  if (::stat(folder.c_str(), &info) != 0) return status_from_errno(errno, "examined", folder);
  if (info.st_uid != ::geteuid()) return refused(fmt::format("the folder {} belongs to another user", folder));
  if ((info.st_mode & 07777u) != 0700 && ::chmod(folder.c_str(), 0700) != 0) return status_from_errno(errno, "closed to others", folder);
  return Status();
}

bool is_copy_name(const std::string& name) {
  return name.size() == 67 && name.ends_with(".so") && name.find_first_not_of("0123456789abcdef") == 64;
}

// Removes a half-made file unless it was renamed into place.
struct Aside {
  std::string path;
  ~Aside() {
    if (!path.empty()) ::unlink(path.c_str());
  }
};

// The digest of everything that was copied.
Result<std::string> copy_bytes(int from, int to) {
  Sha256 digest;
  std::string buffer(std::size_t{1} << 20, '\0');
  for (std::uint64_t at = 0;;) {
    CVG_ASSIGN(const std::size_t got, read_at(from, buffer.data(), buffer.size(), at));
    if (got == 0) return digest.finish_hex();
    const std::string_view bytes(buffer.data(), got);
    digest.add(bytes);
    CVG_RETURN_IF_ERROR(write_fd(to, bytes));
    at += got;
  }
}

// Opens a copy that exists already, with the digest of what it holds; not_found when there is none.
Result<Fd> open_copy(const std::string& path, const std::string& digest) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return status_from_errno(errno, "opened", path);
  CVG_ASSIGN(const std::string held, sha256_hex_of_fd(fd.get()));
  if (held != digest) return Status(Code::data, fmt::format("the private copy {} holds other bytes than its name says", path));
  return fd;
}

}  // namespace

Result<VerifiedCopy> make_verified_copy(const std::string& file, const std::string& pin, const std::string& private_dir) {
  CVG_RETURN_IF_ERROR(check_pin(pin));
  CVG_ASSIGN(const Fd source, open_file(file));
  CVG_RETURN_IF_ERROR(make_private_folder(private_dir));
  Aside aside{fmt::format("{}/.{}", private_dir, random_uuid())};
  Fd to(::open(aside.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0500));
  if (!to) return status_from_errno(errno, "created", aside.path);
  VerifiedCopy copy;
  CVG_ASSIGN(copy.sha256, copy_bytes(source.get(), to.get()));
  to.reset();
  if (!pin.empty() && lower_ascii(pin) != copy.sha256)
    return refused(fmt::format("its file has the SHA-256 {}, but the configuration demands {}", copy.sha256, lower_ascii(pin)));
  copy.path = fmt::format("{}/{}.so", private_dir, copy.sha256);
  Result<Fd> fd = open_copy(copy.path, copy.sha256);
  if (!fd.ok()) {
    if (std::rename(aside.path.c_str(), copy.path.c_str()) != 0) return status_from_errno(errno, "renamed", aside.path);
    aside.path.clear();
    fd = open_copy(copy.path, copy.sha256);
    if (!fd.ok()) return fd.status();
  }
  copy.fd = std::move(*fd);
  return copy;
}

Result<VerifiedCopy> open_verified_copy(const std::string& path, const std::string& sha256) {
  VerifiedCopy copy{path, sha256, Fd()};
  CVG_ASSIGN(copy.fd, open_copy(path, sha256));
  return copy;
}

Result<int> prune_copies(const std::string& private_dir, const std::vector<std::string>& kept_sha256) {
  std::error_code error;
  int removed = 0;
  const auto oldest = std::filesystem::file_time_type::clock::now() - std::chrono::hours(half_made_hours_max);
  for (const auto& entry : std::filesystem::directory_iterator(private_dir, error)) {
    std::error_code ignored;
    const std::string name = entry.path().filename().string();
    const bool half_made = name.starts_with('.') && entry.is_regular_file(ignored) && entry.last_write_time(ignored) < oldest;
    if (!half_made && !(is_copy_name(name) && std::find(kept_sha256.begin(), kept_sha256.end(), name.substr(0, 64)) == kept_sha256.end())) continue;
    if (::unlink(entry.path().c_str()) != 0) return status_from_errno(errno, "removed", entry.path().string());
    ++removed;
  }
  if (error) return Status(Code::host, fmt::format("{} cannot be read: {}", private_dir, error.message()));
  return removed;
}

}  // namespace cvg
