#include "core/plugin/shared_object.h"

#include <dlfcn.h>
#include <link.h>

#include <map>

#include "core/base/mutex.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr const char* entry_symbol = "cvg_plugin_entry";

Status refused(std::string why) { return Status(Code::config, std::move(why)); }

std::string last_dl_error() {
  const char* text = ::dlerror();
  return text ? text : "the loader gave no reason";
}

// The objects that this process has loaded through here: the loader finds an object by its name first, so a name that
// somebody else loaded would give other code than the file's.
class LoadedObjects {
 public:
  Result<void*> open(const std::string& path) {
    MutexLock lock(mutex_);
    if (const auto found = handles_.find(path); found != handles_.end()) return found->second;
    if (::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD))
      return refused("an object of this name is in the process already, and it was not loaded as a plugin");
    void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) return refused("it cannot be loaded: " + last_dl_error());
    handles_.emplace(path, handle);
    return handle;
  }

 private:
  Mutex mutex_;
  std::map<std::string, void*> handles_ CVG_GUARDED_BY(mutex_);
};

LoadedObjects& loaded_objects() {
  static LoadedObjects objects;
  return objects;
}

// The symbol must be data of this very file, not of a library that it links, and as large as what is read from it.
Result<const cvg_entry*> find_entry(void* handle, const std::string& path) {
  void* address = ::dlsym(handle, entry_symbol);
  if (!address) return refused("it exports no cvg_plugin_entry");
  Dl_info info{};
  ElfW(Sym)* symbol = nullptr;
  const bool known = ::dladdr1(address, &info, reinterpret_cast<void**>(&symbol), RTLD_DL_SYMENT) != 0;
  if (!known || !info.dli_fname || path != info.dli_fname) return refused("its cvg_plugin_entry belongs to a library that it links");
  if (!symbol || ELF64_ST_TYPE(symbol->st_info) != STT_OBJECT || symbol->st_size < 4 * sizeof(std::uint32_t))
    return refused("its cvg_plugin_entry is no cvg_entry");
  const auto* entry = static_cast<const cvg_entry*>(address);
  if (entry->magic != CVG_MAGIC) return refused("its cvg_plugin_entry does not begin with CVG_MAGIC");
  if (entry->struct_size < sizeof(cvg_entry) || entry->struct_size > symbol->st_size)
    return refused(fmt::format("its cvg_entry says that it has {} bytes, ABI 1.0 has {} and the file {}", entry->struct_size,
                               sizeof(cvg_entry), symbol->st_size));
  return entry;
}

Status check_entry(const cvg_entry& entry) {
  if (entry.abi_major != CVG_ABI_MAJOR)
    return refused(fmt::format("it was built for ABI {}.{}, this host serves ABI {} only", entry.abi_major, entry.abi_minor, CVG_ABI_MAJOR));
  if (entry.abi_minor > CVG_ABI_MINOR)
    return refused(fmt::format("it needs ABI {}.{}, this host serves up to {}.{}", entry.abi_major, entry.abi_minor, CVG_ABI_MAJOR,
                               CVG_ABI_MINOR));
  if (!entry.id || !entry.version || !entry.manifest_json) return refused("its cvg_entry lacks id, version or manifest_json");
  if (!entry.init || !entry.component) return refused("its cvg_entry lacks init or component");
  return Status();
}

}  // namespace

Result<const cvg_entry*> open_entry(const std::string& path) {
  CVG_ASSIGN(void* const handle, loaded_objects().open(path));
  CVG_ASSIGN(const cvg_entry* const entry, find_entry(handle, path));
  CVG_RETURN_IF_ERROR(check_entry(*entry));
  return entry;
}

}  // namespace cvg
