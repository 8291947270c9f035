#include <convergence/plugin.hpp>

#include "core/plugin/call.h"
#include "core/plugin/file_objects.h"
#include "core/plugin/host_table.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

class HostObjects : public testing::Test {
 protected:
  HostObjects() {
    scratch_.write("in/a.csv", "0123456789");
    scratch_.write("in/b/c.csv", "x");
    options_.clock = &clock_;
    options_.objects = &store_;
    options_.stage = stage_.get();
  }
  Scratch scratch_;
  SystemClock clock_;
  FileObjects store_{{scratch_.path("in"), "", "file:///source"}};
  std::unique_ptr<StageArea> stage_ = std::make_unique<StageArea>(scratch_.path("stage"), 100);
  Call::Options options_;
};

TEST_F(HostObjects, AreWhatAProviderSees) {
  Call behind(options_);
  const convergence::Call call(&host_table(), behind.raw());
  const Json all = call.list("");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all.items()[1]["key"].text(), "b/c.csv");
  EXPECT_EQ(call.stat("a.csv")["bytes"].integer(), 10);
  EXPECT_EQ(call.read_range("a.csv", 3, 2), "34");
  const Json staged = call.to_stage("a.csv");
  EXPECT_EQ(call.stage_read(staged["uri"].text(), 0, 100), "0123456789");
  try {
    call.stat("none.csv");
    FAIL();
  } catch (const convergence::Error& error) {
    EXPECT_EQ(error.code(), CVG_E_NOT_FOUND);
    EXPECT_STREQ(error.what(), "there is no object 'none.csv' below the source");
  }
}

TEST_F(HostObjects, WithoutASourceOrAStageAnswerState) {
  options_.stage = nullptr;
  cvg_error error = empty_abi_error();
  convergence::StringOut out;
  const cvg_str key = convergence::str("a.csv"), none = convergence::str(""), bad = convergence::str("{");
  Call behind(options_);
  EXPECT_EQ(host_objects_table().to_stage(behind.raw(), &key, &none, out.out(), &error), CVG_E_STATE);
  options_.stage = stage_.get();
  Call staged(options_);
  EXPECT_EQ(host_objects_table().to_stage(staged.raw(), &key, &bad, out.out(), &error), CVG_E_CONFIG);
  options_.objects = nullptr;
  Call sourceless(options_);
  EXPECT_EQ(host_objects_table().list(sourceless.raw(), &none, &none, out.out(), &error), CVG_E_STATE);
  EXPECT_EQ(host_objects_table().stat(nullptr, &key, out.out(), &error), CVG_E_STATE);
}

}  // namespace
}  // namespace cvg
