// StageArea: the scratch files of one step, below the data directory; removed with the object.  URIs are "stage:<n>".
// One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <convergence/plugin.h>

#include "core/base/status.h"

namespace cvg {

class StageArea {
 public:
  // The folder (and its parents) is made with the first file: most steps stage nothing.  bytes_max bounds what all files may
  // hold together.
  StageArea(const std::string& folder, std::int64_t bytes_max);
  ~StageArea();
  StageArea(const StageArea&) = delete;
  StageArea& operator=(const StageArea&) = delete;

  Result<cvg_handle> open(std::string_view name);
  Status write(cvg_handle handle, std::string_view bytes);
  Result<std::string> close(cvg_handle handle);  // the URI
  // A new empty file for the host itself to fill (to_stage): its URI and path.
  Result<std::pair<std::string, std::string>> add_file(std::string_view name);
  // Asked now and then while the host fills a file; what it answers ends the work.  Null: nothing ends it.
  using StopCheck = std::function<Status()>;
  void set_stop_check(StopCheck check) { stop_check_ = std::move(check); }
  Status check_stop() const { return stop_check_ ? stop_check_() : Status(); }
  // Forgets a file of add_file() and removes it.
  void drop(std::string_view uri);
  // The host wrote so many bytes into a file of add_file(); Code::limit when the area would hold more than bytes_max.
  Status take(std::int64_t bytes);
  std::int64_t room() const { return bytes_max_ - bytes_; }
  Result<std::string> path(std::string_view uri) const;  // absolute
  Result<std::string> read(std::string_view uri, std::uint64_t offset, std::uint64_t n) const;

 private:
  struct File {
    std::string path;
    int fd = -1;
  };
  std::map<cvg_handle, File>::const_iterator find(std::string_view uri) const;
  Status make_folder();
  const std::string folder_;
  const std::int64_t bytes_max_;
  std::int64_t bytes_ = 0;
  bool is_made_ = false;
  std::map<cvg_handle, File> files_;
  cvg_handle next_ = 1;
  StopCheck stop_check_;
};

}  // namespace cvg
