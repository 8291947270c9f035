// TemplateCatalog: the templates below the configs folders, read once and kept until their files change.  Any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/config/template.h"

namespace cvg {

struct TemplateName {
  std::string provider, domain, name;
};

class TemplateCatalog {
 public:
  // kinds outlives the catalog.
  TemplateCatalog(std::vector<std::string> configs_dirs, const StepKinds& kinds)
      : configs_dirs_(std::move(configs_dirs)), kinds_(kinds) {}

  // Exactly {configs_dir}/{provider}/{domain}/{name}.yml of the first folder that has it; names in any case, files in lower
  // case.  Code::invalid: a name that is none; not_found; config with file, line and reason.
  Result<std::shared_ptr<const Template>> get(std::string_view provider, std::string_view domain, std::string_view name);
  // All that lie there, sorted; also invalid ones.
  std::vector<TemplateName> list() const;

 private:
  struct FileState {
    std::string path;
    std::int64_t modified_ns = 0, changed_ns = 0, bytes = 0;
    std::uint64_t inode = 0;
    bool operator==(const FileState&) const = default;
  };
  struct Entry {
    std::shared_ptr<const Template> content;
    std::vector<FileState> files;
  };
  static bool read_state(const std::string& path, FileState& out);
  static bool unchanged(const Entry& entry);
  Result<Entry> load(const std::string& folder, const TemplateName& name, const std::string& relative) const;

  const std::vector<std::string> configs_dirs_;
  const StepKinds& kinds_;
  Mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_ CVG_GUARDED_BY(mutex_);
};

// Checks one file: what `convergence template lint` prints.  configs_dir: where its sql_file and suite_file lie; empty: three
// folders above the file.
TemplateReading lint_template_file(const std::string& path, const std::string& configs_dir, const StepKinds& kinds);

}  // namespace cvg
