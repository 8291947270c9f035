// LakeTemplate: what every new dataset begins as. Its catalog is made by the engine once in a process; each tenant gets a
// copy of its bytes in which the names, ids and times that must be its own are written anew. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace ducklake {

// Stands where the tenant's schema will be. No tenant's name begins so, and views quote it wherever they name it.
inline constexpr const char *template_schema = "0$template";

// The bytes of a catalog that nobody has attached. CVG_E_UNAVAILABLE when it cannot be read.
std::string catalog_bytes(const std::string &path);

// A catalog made of the template's: for that schema, with that folder of data, a first snapshot of now and ids of its own.
std::string catalog_for(const std::string &from_template, const std::string &schema, const std::string &data_dir);

class LakeTemplate {
 public:
  // The template's bytes; make is called for the first of them, and again after it threw.
  std::shared_ptr<const std::string> get(const std::function<std::string()> &make);

 private:
  std::mutex mutex_;
  std::shared_ptr<const std::string> bytes_;
};

}  // namespace ducklake
