// What every host function does around its work: find the call, run, turn a Status into a cvg_error, let no exception out.
#pragma once

#include <exception>
#include <new>

#include "core/plugin/call_slots.h"

namespace cvg {

// The status that work gives; no exception leaves towards the other side of the ABI.
template <class Work>
cvg_status answered(cvg_error* error, Work work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fill_abi_error(Status(Code::limit, "out of memory"), error);
  } catch (const std::exception& x) {
    return fill_abi_error(Status(Code::host, x.what()), error);
  }
}

// work: Status(const Call::Options&).
template <class Work>
cvg_status host_answer(cvg_call* call, cvg_error* error, Work work) noexcept {
  return answered(error, [&] {
    const CallPin pin(call);
    if (!pin) return fill_abi_error(Status(Code::state, "the call is over, or was never one of this host"), error);
    return fill_abi_error(work(pin.options()), error);
  });
}

}  // namespace cvg
