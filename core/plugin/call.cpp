#include "core/plugin/call.h"

#include <utility>

#include "core/plugin/call_slots.h"

namespace cvg {
namespace {

Status not_here(std::string_view service) {
  return Status(Code::state, "the service " + std::string(service) + " is not available in this call");
}

}  // namespace

struct Call::Impl {
  Options options;
  cvg_call* raw = nullptr;
};

Call::Call(Options options) : impl_(std::make_unique<Impl>(Impl{std::move(options)})) {
  impl_->raw = CallSlots::process().add(&impl_->options);
}
Call::~Call() { CallSlots::process().remove(impl_->raw); }
cvg_call* Call::raw() { return impl_->raw; }
const Call::Options& Call::options() const { return impl_->options; }

Status check_running(const Call::Options& call) {
  if (call.cancel && call.cancel->load(std::memory_order_relaxed)) return Status(Code::cancelled, "cancelled");
  const bool late = call.deadline_monotonic_ms != 0 && call.clock->monotonic_ms() >= call.deadline_monotonic_ms;
  return late ? Status(Code::deadline, "the time limit was reached") : Status();
}

void CallServices::log(int, std::string_view, const Json&) {}
void CallServices::progress(double, std::uint64_t, std::uint64_t) {}
Result<Json> CallServices::run_provider(cvg_call*, const std::string&, const cvg_extract_req&, const Json&) {
  return not_here("run_provider");
}
Result<Json> CallServices::run_units(const std::string&) { return not_here("run_units"); }
Status CallServices::query(cvg_call*, const cvg_sql&, ArrowArrayStream*) { return not_here("wh_query"); }
Result<std::int64_t> CallServices::ingest(cvg_call*, const cvg_ingest&) { return not_here("wh_ingest"); }
Result<std::int32_t> CallServices::sink_unit(cvg_call*, cvg_sink*, const cvg_unit&) { return not_here("sink_unit"); }
Result<std::int64_t> CallServices::sink_put(cvg_call*, cvg_sink*, const cvg_ingest&) { return not_here("sink_put"); }
void CallServices::sink_warn(cvg_sink*, std::string_view) {}

}  // namespace cvg
