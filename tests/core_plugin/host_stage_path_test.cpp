#include <convergence/plugin.hpp>
#include <convergence/stage_path.h>

#include "core/plugin/call.h"
#include "core/plugin/host_table.h"
#include "core/plugin/stage.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

TEST(HostStagePath, TellsThePathOfAClosedFileOfTheCall) {
  const Scratch scratch;
  const SystemClock clock;
  const auto stage = std::make_unique<StageArea>(scratch.path("stage"), 100);
  Call::Options options;
  options.clock = &clock;
  options.stage = stage.get();
  Call call(options);
  const auto file = *stage->add_file("x");
  convergence::StringOut out;
  cvg_error error = empty_abi_error();
  const auto ask = [&](const char* uri) {
    const cvg_str text = convergence::str(uri);
    return host_stage_path_table().path(call.raw(), &text, out.out(), &error);
  };
  EXPECT_EQ(ask(file.first.c_str()), CVG_OK);
  EXPECT_EQ(out.text(), file.second);
  EXPECT_EQ(ask("stage:9"), CVG_E_NOT_FOUND);
  EXPECT_EQ(ask("file:///etc/passwd"), CVG_E_UNSUPPORTED);
  const cvg_handle open = *stage->open("y");
  EXPECT_EQ(ask(("stage:" + std::to_string(open)).c_str()), CVG_E_STATE);
}

TEST(HostStagePath, CallWithoutAStageAnswersState) {
  const SystemClock clock;
  Call::Options options;
  options.clock = &clock;
  Call call(options);
  convergence::StringOut out;
  const cvg_str uri = convergence::str("stage:1");
  EXPECT_EQ(host_stage_path_table().path(call.raw(), &uri, out.out(), nullptr), CVG_E_STATE);
}

}  // namespace
}  // namespace cvg
