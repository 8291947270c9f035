// Reading what a plugin handed in and writing into what it lent, without trusting either.  Borrowed until the call
// returns.  Any thread.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include <convergence/plugin.h>

#include "core/base/status.h"

namespace cvg {

// Empty for a null text; a null pointer with a length counts as empty too.
inline std::string_view view(const cvg_str& text) {
  return text.p ? std::string_view(text.p, static_cast<std::size_t>(text.n)) : std::string_view();
}
inline std::string_view view(const cvg_str* text) { return text ? view(*text) : std::string_view(); }
inline cvg_str abi_text(std::string_view text) { return cvg_str{text.data(), text.size()}; }

// A struct as its sender knows it, the fields that the sender does not know being zero.  False: it is null, or it claims
// to be smaller than version 1.0 made it, which is size_min.
template <class T>
bool read_struct(const T* theirs, std::size_t size_min, T& ours) {
  if (!theirs || theirs->struct_size < size_min) return false;
  std::memset(static_cast<void*>(&ours), 0, sizeof ours);
  std::memcpy(static_cast<void*>(&ours), theirs, std::min<std::size_t>(theirs->struct_size, sizeof ours));
  return true;
}

inline Status write_out(cvg_out* out, std::string_view text) {
  if (!out || out->struct_size < sizeof(cvg_out) || !out->write)
    return Status(Code::plugin, "the plugin gave no writer for the answer");
  const cvg_status written = out->write(out->ctx, text.data(), text.size());
  if (written == CVG_OK) return {};
  return Status(code_from_abi(written), "the answer is larger than its reader takes");
}

}  // namespace cvg
