// FileObjects: an ObjectStore over a folder of this machine, or over one file: then that file is its only object, under its
// own name.  Nothing below it is reached through a symbolic link, and
// messages name objects by their keys, never by a path of the host.  One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/plugin/objects.h"

namespace cvg {

constexpr std::size_t objects_page_max = 1000;       // objects in one answer of list()
constexpr std::size_t objects_max = 1'000'000;       // below one source
constexpr int object_depth_max = 64;                 // folders inside folders
constexpr std::size_t object_key_bytes_max = 4096;
constexpr std::uint64_t object_read_bytes_max = 64 << 20;

class FileObjects final : public ObjectStore {
 public:
  struct Place {
    std::string base;      // the operator's folder; a link on the way to it is his
    std::string relative;  // below base, confined; empty: base itself
    std::string uri;       // what messages call it
  };
  explicit FileObjects(Place place) : place_(std::move(place)) {}

  Result<Json> list(std::string_view prefix, std::string_view page) override;
  Result<Json> stat(std::string_view key) override;
  Result<std::string> read_range(std::string_view key, std::uint64_t offset, std::uint64_t n) override;
  Result<Json> to_stage(std::string_view key, const Json& options, StageArea& stage) override;

 private:
  struct Object {
    std::string key;
    std::int64_t bytes, modified_ms;
  };
  struct Listing {
    std::string prefix;
    std::vector<Object> objects;  // sorted by key
  };

  // The folder in which keys are looked up, and the one name there that may be seen; an empty name: all of them.
  struct Root {
    Fd folder;
    std::string only;
    bool shows(std::string_view key) const { return only.empty() || key == only; }
  };
  Result<Root> open_root();
  Status root_error(const Status& why) const;
  Result<Fd> open_object(std::string_view key, Object& object);
  Result<const Listing*> listing(std::string_view prefix, bool again);
  Status walk_folder(Fd folder, const std::string& at, int depth, Listing& listing);
  Status walk_entry(int folder, const char* name, const std::string& at, int depth, Listing& listing);

  Place place_;
  std::optional<Listing> listing_;  // of the prefix that is being paged through
};

}  // namespace cvg
