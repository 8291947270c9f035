#include "core/plugin/file_objects.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/base/text.h"
#include "core/plugin/fd_read.h"
#include "core/plugin/object_stager.h"

namespace cvg {
namespace {

Json json_of(const std::string& key, std::int64_t bytes, std::int64_t modified_ms) {
  return Json::object().set("key", key).set("bytes", bytes).set("modified_ms", modified_ms);
}

std::int64_t modified_ms(const struct stat& info) {
  return static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1'000'000;
}

// A key has no empty part, no "." and no "..", so that it names one object only.
Status check_key(std::string_view key) {
  const auto bad = [](std::string_view part) { return part.empty() || part == "." || part == ".."; };
  const std::vector<std::string_view> parts = split(key, '/');
  if (key.size() > object_key_bytes_max)
    return Status(Code::limit, fmt::format("an object's key has at most {} bytes (object_key_bytes_max)", object_key_bytes_max));
  if (key.find('\0') != std::string_view::npos || !is_utf8(key) || std::any_of(parts.begin(), parts.end(), bad))
    return Status(Code::denied, "a key was asked for that is no relative path of plain names");
  return Status();
}

// The kernel's refusal as the plugin may read it.
Status object_error(const Status& status, std::string_view key) {
  std::string text = fmt::format("the object '{}' cannot be read", key);
  if (status.code() == Code::not_found) text = fmt::format("there is no object '{}' below the source", key);
  if (status.code() == Code::denied)
    text = fmt::format("the object '{}' is refused: it leads through a symbolic link, or the server may not read it", key);
  return Status(status.code(), std::move(text), status.log_text());
}

// Whether a folder whose keys begin with at can hold keys that begin with prefix.
bool may_hold(std::string_view at, std::string_view prefix) { return at.starts_with(prefix) || prefix.starts_with(at); }

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

Status FileObjects::root_error(const Status& why) const {
  if (why.code() == Code::not_found)
    return Status(Code::not_found, fmt::format("there is no folder or file at the source {}", place_.uri), why.log_text());
  return Status(why.code(), fmt::format("the source {} cannot be opened: it leads through a symbolic link, or the server may not read it", place_.uri),
                why.log_text());
}

Result<FileObjects::Root> FileObjects::open_root() {
  const Fd base(::open(place_.base.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!base) return root_error(status_from_errno(errno, "opened", place_.base));
  const std::string relative = place_.relative.empty() ? "." : place_.relative;
  Result<Fd> place = open_beneath_fd(base.get(), relative, O_NONBLOCK | O_NOCTTY);
  if (!place.ok()) return root_error(place.status());
  struct stat info{};
  if (::fstat(place->get(), &info) != 0) return root_error(status_from_errno(errno, "examined", place_.uri));
  if (S_ISDIR(info.st_mode)) return Root{std::move(*place), ""};
  if (!S_ISREG(info.st_mode)) return root_error(Status(Code::not_found, "it is neither a folder nor a file"));
  const std::size_t slash = relative.rfind('/');
  Result<Fd> folder = open_beneath_fd(base.get(), slash == std::string::npos ? "." : relative.substr(0, slash), O_DIRECTORY);
  if (!folder.ok()) return root_error(folder.status());
  return Root{std::move(*folder), relative.substr(slash == std::string::npos ? 0 : slash + 1)};
}

Result<Fd> FileObjects::open_object(std::string_view key, Object& object) {
  CVG_RETURN_IF_ERROR(check_key(key));
  CVG_ASSIGN(const Root root, open_root());
  if (!root.shows(key)) return object_error(Status(Code::not_found, "the source is another file"), key);
  Result<Fd> fd = open_beneath_fd(root.folder.get(), std::string(key), O_NONBLOCK | O_NOCTTY);
  if (!fd.ok()) return object_error(fd.status(), key);
  struct stat info{};
  if (::fstat(fd->get(), &info) != 0) return object_error(status_from_errno(errno, "examined", key), key);
  if (!S_ISREG(info.st_mode)) return object_error(Status(Code::not_found, "it is no file"), key);
  object = {std::string(key), static_cast<std::int64_t>(info.st_size), modified_ms(info)};
  return fd;
}

Status FileObjects::walk_entry(int folder, const char* name, const std::string& at, int depth, Listing& listing) {
  const std::string key = at + name;
  struct stat info{};
  if (::fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Status();  // removed meanwhile
    return object_error(status_from_errno(errno, "examined", key), key);
  }
  if (S_ISDIR(info.st_mode)) {
    if (!may_hold(key + "/", listing.prefix)) return Status();
    Fd inner(::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inner) return object_error(status_from_errno(errno, "opened", key), key);
    return walk_folder(std::move(inner), key + "/", depth + 1, listing);
  }
  if (!key.starts_with(listing.prefix)) return Status();
  if (!is_utf8(key)) return Status(Code::data, "the name of an object below the source is no UTF-8");
  if (S_ISLNK(info.st_mode)) return Status(Code::denied, fmt::format("the object '{}' is a symbolic link; links are not followed", key));
  if (!S_ISREG(info.st_mode)) return Status();
  if (listing.objects.size() == objects_max)
    return Status(Code::limit, fmt::format("more than {} objects lie below the source (objects_max)", objects_max));
  listing.objects.push_back({key, static_cast<std::int64_t>(info.st_size), modified_ms(info)});
  return Status();
}

Status FileObjects::walk_folder(Fd folder, const std::string& at, int depth, Listing& listing) {
  if (depth > object_depth_max)
    return Status(Code::limit, fmt::format("folders below the source are nested deeper than {} (object_depth_max)", object_depth_max));
  const std::unique_ptr<DIR, CloseFolder> entries(::fdopendir(folder.get()));
  if (!entries) return object_error(status_from_errno(errno, "opened", at), at);
  const int fd = folder.release();  // closed with entries
  for (;;) {
    errno = 0;
    const struct dirent* entry = ::readdir(entries.get());
    if (!entry) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") CVG_RETURN_IF_ERROR(walk_entry(fd, entry->d_name, at, depth, listing));
  }
  return errno == 0 ? Status() : object_error(status_from_errno(errno, "listed", at), at);
}

Result<const FileObjects::Listing*> FileObjects::listing(std::string_view prefix, bool again) {
  if (!again && listing_ && listing_->prefix == prefix) return &*listing_;
  CVG_ASSIGN(Root root, open_root());
  Listing made;
  made.prefix = prefix;
  const int folder = root.folder.get();
  CVG_RETURN_IF_ERROR(root.only.empty() ? walk_folder(std::move(root.folder), "", 0, made) : walk_entry(folder, root.only.c_str(), "", 0, made));
  std::sort(made.objects.begin(), made.objects.end(), [](const Object& a, const Object& b) { return a.key < b.key; });
  listing_ = std::move(made);
  return &*listing_;
}

Result<Json> FileObjects::list(std::string_view prefix, std::string_view page) {
  CVG_ASSIGN(const Listing* const found, listing(prefix, page.empty()));
  const auto after = [](std::string_view key, const Object& object) { return key < object.key; };
  auto next = page.empty() ? found->objects.begin()
                           : std::upper_bound(found->objects.begin(), found->objects.end(), page, after);
  Json objects = Json::array();
  for (; next != found->objects.end() && objects.size() < objects_page_max; ++next)
    objects.push(json_of(next->key, next->bytes, next->modified_ms));
  const bool more = next != found->objects.end();
  return Json::object().set("objects", std::move(objects)).set("next", more ? std::prev(next)->key : std::string());
}

Result<Json> FileObjects::stat(std::string_view key) {
  Object object;
  CVG_ASSIGN(const Fd fd, open_object(key, object));
  return json_of(object.key, object.bytes, object.modified_ms);
}

Result<std::string> FileObjects::read_range(std::string_view key, std::uint64_t offset, std::uint64_t n) {
  if (n > object_read_bytes_max)
    return Status(Code::limit, fmt::format("a read takes at most {} bytes (object_read_bytes_max)", object_read_bytes_max));
  Object object;
  CVG_ASSIGN(const Fd fd, open_object(key, object));
  const auto size = static_cast<std::uint64_t>(object.bytes);
  if (offset >= size) return std::string();
  std::string bytes(std::min(n, size - offset), '\0');
  const Result<std::size_t> got = read_at(fd.get(), bytes.data(), bytes.size(), offset);
  if (!got.ok()) return object_error(got.status(), key);
  bytes.resize(*got);
  return bytes;
}

Result<Json> FileObjects::to_stage(std::string_view key, const Json& options, StageArea& stage) {
  Object object;
  CVG_ASSIGN(const Fd fd, open_object(key, object));
  CVG_ASSIGN(const Inflate inflate, read_inflate(options));
  return stage_object(fd.get(), object.key, inflate, stage);
}

}  // namespace cvg
