#include "core/plugin/stage.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/plugin/fd_read.h"

namespace cvg {
namespace {

constexpr std::string_view scheme = "stage:";
constexpr int folder_tries_max = 100;

// The Status of a failed system call on a staged file, named as the plugin knows it.
Status stage_error(int number, std::string_view doing, cvg_handle handle) {
  return status_from_errno(number, doing, fmt::format("{}{}", scheme, handle));
}

}  // namespace

StageArea::StageArea(const std::string& folder, std::int64_t bytes_max)
    : folder_(std::filesystem::absolute(folder).lexically_normal().string()), bytes_max_(bytes_max) {}

StageArea::~StageArea() {
  for (const auto& [handle, file] : files_)
    if (file.fd >= 0) ::close(file.fd);
  if (!is_made_) return;
  // A folder that cannot be removed is found and swept at the next start.
  (void)remove_tree(folder_).ok();
  // The run's folder goes with its last step; it is kept while another step's is in it.
  (void)::rmdir(folder_.substr(0, folder_.rfind('/')).c_str());
}

// Another step's area may take the run's folder away, because it is empty, before this one's folder is in it.
Status StageArea::make_folder() {
  if (is_made_) return Status();
  Status made;
  for (int tries = 0; tries < folder_tries_max; ++tries) {
    made = make_folders(folder_, 0700);
    is_made_ = made.ok();
    if (made.code() != Code::not_found && made.code() != Code::conflict) return made;
  }
  return made;
}

Result<cvg_handle> StageArea::open(std::string_view) {
  CVG_RETURN_IF_ERROR(make_folder());
  const cvg_handle handle = next_++;
  std::string path = fmt::format("{}/{}", folder_, handle);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return stage_error(errno, "opened", handle);
  files_[handle] = File{std::move(path), fd};
  return handle;
}

Status StageArea::take(std::int64_t bytes) {
  if (bytes > room())
    return Status(Code::limit, fmt::format("the staged files of this step would hold more than {} bytes (stage_bytes_max)", bytes_max_));
  bytes_ += bytes;
  return Status();
}

Status StageArea::write(cvg_handle handle, std::string_view bytes) {
  const auto found = files_.find(handle);
  if (found == files_.end() || found->second.fd < 0) return Status(Code::state, "the staged file is not open");
  CVG_RETURN_IF_ERROR(take(static_cast<std::int64_t>(bytes.size())));
  while (!bytes.empty()) {
    const ssize_t written = ::write(found->second.fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return stage_error(errno, "written", handle);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Status();
}

Result<std::string> StageArea::close(cvg_handle handle) {
  const auto found = files_.find(handle);
  if (found == files_.end() || found->second.fd < 0) return Status(Code::state, "the staged file is not open");
  const int closed = ::close(std::exchange(found->second.fd, -1));
  if (closed != 0 && errno != EINTR) return stage_error(errno, "closed", handle);
  return fmt::format("{}{}", scheme, handle);
}

Result<std::pair<std::string, std::string>> StageArea::add_file(std::string_view name) {
  CVG_ASSIGN(const cvg_handle handle, open(name));
  CVG_ASSIGN(std::string uri, close(handle));
  return std::make_pair(std::move(uri), files_[handle].path);
}

std::map<cvg_handle, StageArea::File>::const_iterator StageArea::find(std::string_view uri) const {
  std::int64_t number = 0;
  const bool ours = uri.starts_with(scheme) && parse_integer(uri.substr(scheme.size()), number) && number > 0;
  return ours ? files_.find(static_cast<cvg_handle>(number)) : files_.end();
}

void StageArea::drop(std::string_view uri) {
  const auto found = find(uri);
  if (found == files_.end()) return;
  if (found->second.fd >= 0) ::close(found->second.fd);
  ::unlink(found->second.path.c_str());
  files_.erase(found);
}

Result<std::string> StageArea::path(std::string_view uri) const {
  const auto found = find(uri);
  if (found == files_.end()) return Status(Code::not_found, fmt::format("there is no staged file {}", uri));
  if (found->second.fd >= 0) return Status(Code::state, fmt::format("the staged file {} is still being written", uri));
  return found->second.path;
}

Result<std::string> StageArea::read(std::string_view uri, std::uint64_t offset, std::uint64_t n) const {
  CVG_ASSIGN(const std::string file, path(uri));
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return status_from_errno(errno, "opened", uri);
  CVG_ASSIGN(const std::int64_t size, file_size(fd.get()));
  if (offset >= static_cast<std::uint64_t>(size)) return std::string();
  std::string bytes(std::min(n, static_cast<std::uint64_t>(size) - offset), '\0');
  CVG_ASSIGN(const std::size_t got, read_at(fd.get(), bytes.data(), bytes.size(), offset));
  bytes.resize(got);
  return bytes;
}

}  // namespace cvg
