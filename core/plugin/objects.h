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
struct SourceUri;  // source_uri.h

class SourceRoots {
 public:
  SourceRoots();  // allows the samples alone
  SourceRoots(const SourceRoots&);
  SourceRoots(SourceRoots&&) noexcept;
  SourceRoots& operator=(const SourceRoots&);
  SourceRoots& operator=(SourceRoots&&) noexcept;
  ~SourceRoots();
  // Refuses a root that is, holds or lies in one of the forbidden folders (state, lakes).
  static Result<SourceRoots> create(std::vector<std::string> patterns, const std::vector<std::string>& forbidden_folders);
  // The store for a URI that one of the roots allows for this tenant; else Code::invalid ("not below an allowed root").
  // "sample://aws" means {samples_dir}/aws and is allowed whenever there are samples.  s3, gs, http and https are
  // Code::unsupported in this version.
  Result<std::unique_ptr<ObjectStore>> open(std::string_view uri, std::string_view tenant_id) const;
  // The same check without opening anything: a trigger is refused with 400 before a run exists.
  Status check(std::string_view uri, std::string_view tenant_id) const;
  void set_samples_dir(std::string folder) { samples_dir_ = std::move(folder); }

 private:
  // Where a URI leads: a folder of the operator and a path below it that must not leave it.
  struct Match {
    std::string base, relative;
  };
  Result<Match> match(std::string_view text, std::string_view tenant_id) const;

  std::vector<SourceUri> roots_;
  std::string samples_dir_;
};

}  // namespace cvg
