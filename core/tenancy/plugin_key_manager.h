// The key manager that a loaded plugin offers.  Any thread.
#pragma once

#include <memory>

#include "core/access/key_manager.h"
#include "core/base/clock.h"
#include "core/plugin/registry.h"

namespace cvg {

// component and clock outlive it.
Result<std::unique_ptr<KeyManager>> make_plugin_key_manager(const Component& component, const Clock& clock);

}  // namespace cvg
