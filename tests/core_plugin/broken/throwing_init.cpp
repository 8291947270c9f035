// init() lets a C++ exception out, against the contract.
#include <convergence/plugin.h>

#include <stdexcept>

#define MANIFEST \
  "{\"id\":\"test.throwing\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.step/1\",\"name\":\"x\"}]}"
CVG_MANIFEST_NOTE(MANIFEST);

namespace {
cvg_status init(const cvg_host *, cvg_error *) { throw std::runtime_error("not in C"); }
const cvg_component *component(uint32_t) { return nullptr; }
}  // namespace

extern "C" const cvg_entry cvg_plugin_entry = {CVG_MAGIC, sizeof(cvg_entry), CVG_ABI_MAJOR, 0u, "test.throwing", "1.0.0",
                                               "none",    MANIFEST,          &init,         &component, nullptr, nullptr};
