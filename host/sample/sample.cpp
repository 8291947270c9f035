#include "host/sample/sample.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

#include "core/base/files.h"
#include "core/base/text.h"
#include "host/sample/clouds.h"

namespace cvg {

Status write_sample_file(const std::string& path, std::string_view content) {
  CVG_RETURN_IF_ERROR(make_folders(path.substr(0, path.rfind('/'))));
  const Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file) return status_from_errno(errno, "create", path);
  return write_fd(file.get(), content);
}

Result<Json> write_sample(const SampleOptions& options) {
  if (options.format != "csv" && options.format != "parquet") return Status(Code::invalid, "--format must be csv or parquet");
  if (options.rows < options.days || options.rows > 10'000'000)
    return Status(Code::invalid, fmt::format("--rows must be at least one a day ({}) and at most 10000000", options.days));
  if (path_exists(options.folder + "/summary.json"))
    return Status(Code::conflict, options.folder + " holds a sample already; choose an empty folder");
  Totals totals;
  CVG_RETURN_IF_ERROR(write_aws_cost(options, totals));
  CVG_RETURN_IF_ERROR(write_gcp_billing(options, totals));
  CVG_RETURN_IF_ERROR(write_azure_cost(options, totals));
  CVG_RETURN_IF_ERROR(write_inventories(options));
  CVG_RETURN_IF_ERROR(write_audit_logs(options));
  const Json summary = Json::object().set("seed", options.seed).set("start", options.start).set("days", options.days)
                           .set("format", options.format).set("totals", totals.json());
  CVG_RETURN_IF_ERROR(write_sample_file(options.folder + "/summary.json", summary.dump() + "\n"));
  return summary;
}

Status make_bundled_sample(const std::string& folder) {
  if (path_exists(folder)) return {};
  SampleOptions options;
  options.folder = folder + ".new";
  CVG_RETURN_IF_ERROR(remove_tree(options.folder));
  CVG_RETURN_IF_ERROR(write_sample(options).status());
  if (std::rename(options.folder.c_str(), folder.c_str()) != 0) return status_from_errno(errno, "rename", options.folder);
  return {};
}

}  // namespace cvg
