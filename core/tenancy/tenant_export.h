// TenantExport: everything of a tenant as one archive: its tables as Parquet, its rows of the state store as JSON, and a
// manifest; no secret is in it.  The files are made in a folder of their own, so that memory does not grow with them.  Any
// thread.
#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/tar_writer.h"
#include "core/model/tenant.h"
#include "core/run/mirror.h"
#include "core/state/database.h"
#include "core/warehouse/warehouse.h"

namespace cvg {

class TenantExport {
 public:
  struct Parts {  // all outlive the export
    Database& database;
    Warehouse& warehouse;
    Mirror& mirror;
    const Clock& clock;
    std::string folder;  // {data}/exports
    std::int64_t bytes_max = 0;
  };
  explicit TenantExport(Parts parts) : parts_(std::move(parts)) {}

  // Writes {folder}/{name}, whole or not at all; what stood there is replaced.  Code::limit when it would be larger than
  // exports.bytes_max.
  Status write(const Tenant& tenant, const std::string& name);
  // The same without a name: the archive goes when its descriptor does.
  Result<std::shared_ptr<const OpenFile>> open(const Tenant& tenant);
  std::string path_of(const std::string& name) const { return parts_.folder + "/" + name; }
  // Removes what an earlier server was killed in the middle of.
  Status sweep() const;

 private:
  Status fill(const Tenant& tenant, const std::string& work, const std::string& archive);
  Result<Json> add_tables(const Tenant& tenant, const std::string& work, TarWriter& tar, Json& files);
  Status add_rows(const Tenant& tenant, const std::string& work, TarWriter& tar, Json& files);

  const Parts parts_;
};

}  // namespace cvg
