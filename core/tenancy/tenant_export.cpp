#include "core/tenancy/tenant_export.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/base/files.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/plugin/call.h"
#include "core/state/tenant_rows.h"

namespace cvg {
namespace {

constexpr std::string_view work_prefix = ".work-";
constexpr std::size_t buffer_bytes = 1 << 20;

// A JSON array of rows in a file, written as they come.
class RowFile {
 public:
  explicit RowFile(const std::string& path) : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  Status add(const std::string& row) {
    buffer_ += rows_++ == 0 ? "[\n" : ",\n";
    buffer_ += row;
    return buffer_.size() < buffer_bytes ? Status() : flush();
  }
  Status finish() {
    buffer_ += rows_ == 0 ? "[]\n" : "\n]\n";
    return flush();
  }
  std::int64_t rows() const { return rows_; }

 private:
  Status flush() {
    if (!fd_) return status_from_errno(errno, "write", path_);
    const Status written = write_fd(fd_.get(), buffer_);
    buffer_.clear();
    return written;
  }
  const std::string path_;
  Fd fd_;
  std::string buffer_;
  std::int64_t rows_ = 0;
};

Json file_row(const std::string& name, const TarWriter::Entry& entry, std::int64_t rows) {
  return Json::object().set("path", name).set("bytes", entry.bytes).set("sha256", entry.sha256).set("rows", rows);
}

}  // namespace

Status TenantExport::write(const Tenant& tenant, const std::string& name) {
  CVG_RETURN_IF_ERROR(make_folders(parts_.folder, 0700));
  const std::string work = path_of(std::string(work_prefix) + random_base62(16));
  CVG_RETURN_IF_ERROR(make_folders(work, 0700));
  const std::string archive = work + "/archive.tar";
  Status done = fill(tenant, work, archive);
  if (done.ok() && ::rename(archive.c_str(), path_of(name).c_str()) != 0) done = status_from_errno(errno, "rename", archive);
  if (done.ok()) done = fsync_folder(parts_.folder);
  const Status swept = remove_tree(work);
  return done.ok() ? swept : done;
}

Result<std::shared_ptr<const OpenFile>> TenantExport::open(const Tenant& tenant) {
  const std::string name = fmt::format("{}{}.tar", work_prefix, random_base62(16)), path = path_of(name);
  CVG_RETURN_IF_ERROR(write(tenant, name));
  auto file = std::make_shared<OpenFile>();
  file->fd = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat state {};
  const bool good = file->fd && ::fstat(file->fd.get(), &state) == 0;
  const Status failed = good ? Status() : status_from_errno(errno, "open", path);
  ::unlink(path.c_str());
  if (!good) return failed;
  file->bytes = state.st_size;
  return std::shared_ptr<const OpenFile>(std::move(file));
}

Status TenantExport::sweep() const {
  std::error_code error;
  for (std::filesystem::directory_iterator it(parts_.folder, error), end; !error && it != end; it.increment(error))
    if (it->path().filename().string().starts_with(work_prefix)) CVG_RETURN_IF_ERROR(remove_tree(it->path().string()));
  return {};
}

Status TenantExport::fill(const Tenant& tenant, const std::string& work, const std::string& archive) {
  const std::int64_t now = parts_.clock.now_ms();
  const Fd fd(::open(archive.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return status_from_errno(errno, "create", archive);
  TarWriter tar(fd.get(), parts_.bytes_max, now);
  Json files = Json::array();
  CVG_RETURN_IF_ERROR(add_rows(tenant, work, tar, files));
  CVG_ASSIGN(const Json note, add_tables(tenant, work, tar, files));
  Json manifest = Json::object();
  manifest.set("format", "convergence-tenant-export/1").set("tenant_id", tenant.display_id).set("exported_at", format_time(now));
  manifest.set("files", files).set("note", note);
  CVG_RETURN_IF_ERROR(tar.add_text("manifest.json", manifest.dump() + "\n").status());
  CVG_RETURN_IF_ERROR(tar.finish());
  return fsync_fd(fd.get());
}

// Null, or why there are no tables.
Result<Json> TenantExport::add_tables(const Tenant& tenant, const std::string& work, TarWriter& tar, Json& files) {
  CallInfo info;
  info.tenant_id = tenant.id;
  info.display_id = tenant.display_id;
  Call call(Call::Options{.info = info, .clock = &parts_.clock});
  // The tables of metadata lag by a second, and the archive has the truth beside them: a failure here is no reason to stop.
  static_cast<void>(parts_.mirror.bring_up_to_date(tenant.id));
  const Result<Json> written = parts_.warehouse.export_dataset(call.raw(), work, parts_.bytes_max);
  const bool none = written.status().code() == Code::unsupported || written.status().code() == Code::not_found;
  if (!written.ok() && none) return Json("There are no tables: " + written.status().text());
  if (!written.ok()) return written.status();
  for (const Json& table : (*written)["tables"].items()) {
    const std::string path = work + "/" + table["file"].text(), name = "tables/" + table["file"].text();
    CVG_ASSIGN(const TarWriter::Entry entry, tar.add_file(name, path));
    files.push(file_row(name, entry, table["rows"].integer()));
    ::unlink(path.c_str());
  }
  return Json();
}

Status TenantExport::add_rows(const Tenant& tenant, const std::string& work, TarWriter& tar, Json& files) {
  for (const ShownTable& table : shown_tables()) {
    const std::string name = fmt::format("state/{}.json", table.name), path = fmt::format("{}/state-{}.json", work, table.name);
    RowFile rows(path);
    CVG_RETURN_IF_ERROR(read_shown_rows(parts_.database, table, tenant.id, [&](const std::string& row) { return rows.add(row); }));
    CVG_RETURN_IF_ERROR(rows.finish());
    CVG_ASSIGN(const TarWriter::Entry entry, tar.add_file(name, path));
    files.push(file_row(name, entry, rows.rows()));
    ::unlink(path.c_str());
  }
  return {};
}

}  // namespace cvg
