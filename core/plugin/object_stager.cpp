#include "core/plugin/object_stager.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/digest.h"
#include "core/base/files.h"
#include "core/base/inflate.h"
#include "core/base/text.h"
#include "core/plugin/fd_read.h"

namespace cvg {
namespace {

constexpr std::size_t copy_bytes_max = std::size_t{64} << 20;  // in one system call

// An error with the object's name in front; it carries the name for the run's record, too.
Status about(const Status& status, const std::string& key) {
  Status named(status.code(), fmt::format("the object '{}': {}", key, status.text()), status.log_text());
  named.with_retryable(status.retryable());
  named.with_detail_json(Json::object().set("file", key).dump());
  return named;
}

Result<Inflate> recognise(int fd) {
  char magic[4] = {};
  CVG_ASSIGN(const std::size_t got, read_at(fd, magic, sizeof magic, 0));
  const std::string_view begin(magic, got);
  if (begin.starts_with("\x1f\x8b")) return Inflate::gzip;
  const bool zip = begin == std::string_view("PK\x03\x04", 4) || begin == std::string_view("PK\x05\x06", 4);
  return zip ? Inflate::zip : Inflate::none;
}

// The number of bytes copied.  The file system may share the blocks.
Result<std::int64_t> copy_file(int from, int to, const StageArea& stage) {
  for (std::int64_t copied = 0;;) {
    CVG_RETURN_IF_ERROR(stage.check_stop());
    ssize_t n = ::copy_file_range(from, nullptr, to, nullptr, copy_bytes_max, 0);
    const bool impossible = n < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS);
    if (impossible) n = ::sendfile(to, from, nullptr, copy_bytes_max);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return status_from_errno(errno, "copied", "it");
    if (n == 0) return copied;
    copied += n;
    if (copied > stage.room()) return Status(Code::limit, "it is larger than the stage has room for (stage_bytes_max)");
  }
}

struct Staged {
  std::int64_t bytes = 0, source_bytes = 0;
  std::string sha256;
};

Result<Staged> copy_plain(int from, const std::string& path, int to, const StageArea& stage) {
  Staged staged;
  CVG_ASSIGN(staged.bytes, copy_file(from, to, stage));
  staged.source_bytes = staged.bytes;
  // The copy is hashed, not the source: these are the bytes that will be read.
  CVG_ASSIGN(staged.sha256, sha256_hex_of_file(path));
  return staged;
}

Result<Staged> unpack(int from, int to, Inflate inflate, const StageArea& stage) {
  InflateOptions options;
  options.sha256 = true;
  options.bytes_max = stage.room();
  const InflateSink sink = [&](std::string_view bytes) {
    CVG_RETURN_IF_ERROR(stage.check_stop());
    return write_fd(to, bytes);
  };
  CVG_ASSIGN(Inflated done, inflate == Inflate::zip ? inflate_zip(from, sink, options) : inflate_gzip(from, sink, options));
  return Staged{done.bytes_out, done.bytes_in, std::move(done.sha256)};
}

Result<Staged> bring(int from, const std::string& path, Inflate inflate, const StageArea& stage) {
  if (stage.room() <= 0) return Status(Code::limit, "the stage is full (stage_bytes_max)");
  const Fd to(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (!to) return status_from_errno(errno, "opened", "its staged file");
  if (::lseek(from, 0, SEEK_SET) != 0) return status_from_errno(errno, "read", "it");
  if (inflate == Inflate::by_magic) {
    CVG_ASSIGN(inflate, recognise(from));
  }
  return inflate == Inflate::none ? copy_plain(from, path, to.get(), stage) : unpack(from, to.get(), inflate, stage);
}

}  // namespace

Result<Inflate> read_inflate(const Json& options) {
  for (const Json::Member& member : options.members())
    if (member.first != "inflate") return Status(Code::config, fmt::format("to_stage knows no option '{}'; it knows inflate", member.first));
  const std::string wanted = options["inflate"].is_null() ? "auto" : options["inflate"].text();
  if (wanted == "auto") return Inflate::by_magic;
  if (wanted == "none") return Inflate::none;
  if (wanted == "gzip") return Inflate::gzip;
  if (wanted == "zip") return Inflate::zip;
  return Status(Code::config, fmt::format("to_stage knows no inflate '{}'; it knows none, gzip, zip, auto", wanted));
}

Result<Json> stage_object(int from, const std::string& key, Inflate inflate, StageArea& stage) {
  CVG_ASSIGN(const auto file, stage.add_file(key));
  const Result<Staged> staged = bring(from, file.second, inflate, stage);
  if (!staged.ok()) {
    stage.drop(file.first);
    return about(staged.status(), key);
  }
  CVG_RETURN_IF_ERROR(stage.take(staged->bytes));
  Json answer = Json::object().set("uri", file.first).set("bytes", staged->bytes);
  return answer.set("source_bytes", staged->source_bytes).set("sha256", staged->sha256);
}

}  // namespace cvg
