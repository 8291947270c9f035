// ObjectStore: the objects below one source URI, under the operator's allow-list.  file:// is opened beneath its root
// without following links out (openat2 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS); other schemes come with their plugins.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/plugin/stage.h"

namespace cvg {

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  // The meaning and the JSON of each is told at cvg_objects in <convergence/plugin.h>.
  virtual Result<Json> list(std::string_view prefix, std::string_view page) = 0;
  virtual Result<Json> stat(std::string_view key) = 0;
  virtual Result<std::string> read_range(std::string_view key, std::uint64_t offset, std::uint64_t n) = 0;
  virtual Result<Json> to_stage(std::string_view key, const Json& options, StageArea& stage) = 0;
};

// sources.allowed_roots of server.yml: patterns of URIs with {tenant_id}, for example "file:///srv/exports/{tenant_id}".
class SourceRoots {
 public:
  // Refuses a root that is, holds or lies in one of the forbidden folders (state, lakes).
  static Result<SourceRoots> create(std::vector<std::string> patterns, const std::vector<std::string>& forbidden_folders);
  // The store for a URI that one of the roots allows for this tenant; else Code::invalid ("not below an allowed root").
  // "sample://aws" means {samples_dir}/aws.
  Result<std::unique_ptr<ObjectStore>> open(std::string_view uri, std::string_view tenant_id) const;
  // The same check without opening anything: a trigger is refused with 400 before a run exists.
  Status check(std::string_view uri, std::string_view tenant_id) const;
  void set_samples_dir(std::string folder) { samples_dir_ = std::move(folder); }

 private:
  std::vector<std::string> patterns_;
  std::string samples_dir_;
};

}  // namespace cvg
