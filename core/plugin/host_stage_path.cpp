#include <convergence/stage_path.h>

#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/host_answer.h"
#include "core/plugin/host_table.h"
#include "core/plugin/stage.h"

namespace cvg {
namespace {

cvg_status path(cvg_call* call, const cvg_str* uri, cvg_out* out, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    if (!c.stage) return Status(Code::state, "the stage is not available in this call");
    if (!view(uri).starts_with("stage:"))
      return Status(Code::unsupported, fmt::format("'{}' is no staged file (stage:...)", view(uri)));
    CVG_ASSIGN(const std::string text, c.stage->path(view(uri)));
    return write_out(out, text);
  });
}

}  // namespace

const cvg_stage_path& host_stage_path_table() {
  static const cvg_stage_path table = {sizeof(cvg_stage_path), 0, &path};
  return table;
}

}  // namespace cvg
