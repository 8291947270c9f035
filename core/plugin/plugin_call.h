// One call of a plugin's function: its status and cvg_error become a Status; an exception that crosses the boundary
// against the contract ends here.  The thread that makes the call.
#pragma once

#include <string>

#include "core/plugin/call.h"

namespace cvg {

// function: cvg_status(cvg_error*).  who names the component in messages, for example "the provider aws".
template <class Function>
Status call_plugin(const std::string& who, Function function) {
  cvg_error error = empty_abi_error();
  try {
    return status_from_abi(function(&error), error, who);
  } catch (...) {
    return Status(Code::plugin, who + " failed", who + " let a C++ exception out, against the ABI's contract");
  }
}

}  // namespace cvg
