#include <convergence/plugin.h>

#include "core/plugin/abi_view.h"
#include "core/plugin/host_answer.h"
#include "core/plugin/host_table.h"
#include "core/plugin/objects.h"

namespace cvg {
namespace {

// work: Result<Json or std::string>(ObjectStore&).
template <class Work>
cvg_status with_objects(cvg_call* call, cvg_error* error, Work work) noexcept {
  return host_answer(call, error, [&](const Call::Options& c) {
    if (!c.objects) return Status(Code::state, "the objects service is not available in this call: it has no source");
    return work(c, *c.objects);
  });
}

Status write_json(cvg_out* out, const Result<Json>& json) {
  return json.ok() ? write_out(out, json->dump()) : json.status();
}

// While it lives, filling the stage ends when the call should stop.
class StopWatch {
 public:
  StopWatch(StageArea& stage, const Call::Options& call) : stage_(stage) {
    stage_.set_stop_check([&call] { return check_running(call); });
  }
  ~StopWatch() { stage_.set_stop_check(nullptr); }
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;

 private:
  StageArea& stage_;
};

cvg_status list(cvg_call* call, const cvg_str* prefix, const cvg_str* page, cvg_out* out, cvg_error* error) {
  return with_objects(call, error, [&](const Call::Options&, ObjectStore& objects) {
    return write_json(out, objects.list(view(prefix), view(page)));
  });
}

cvg_status stat(cvg_call* call, const cvg_str* key, cvg_out* out, cvg_error* error) {
  return with_objects(call, error,
                      [&](const Call::Options&, ObjectStore& objects) { return write_json(out, objects.stat(view(key))); });
}

cvg_status read_range(cvg_call* call, const cvg_str* key, uint64_t offset, uint64_t n, cvg_out* out, cvg_error* error) {
  return with_objects(call, error, [&](const Call::Options&, ObjectStore& objects) {
    CVG_ASSIGN(const std::string bytes, objects.read_range(view(key), offset, n));
    return write_out(out, bytes);
  });
}

cvg_status to_stage(cvg_call* call, const cvg_str* key, const cvg_str* options, cvg_out* out, cvg_error* error) {
  return with_objects(call, error, [&](const Call::Options& c, ObjectStore& objects) {
    if (!c.stage) return Status(Code::state, "the stage is not available in this call");
    Json json = Json::object();
    if (!view(options).empty()) {
      CVG_ASSIGN(json, parse_json(view(options)));
    }
    const StopWatch watch(*c.stage, c);
    return write_json(out, objects.to_stage(view(key), json, *c.stage));
  });
}

}  // namespace

const cvg_objects& host_objects_table() {
  static const cvg_objects table = {sizeof(cvg_objects), 0, &list, &stat, &read_range, &to_stage};
  return table;
}

}  // namespace cvg
