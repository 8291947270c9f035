#include "core/plugin/component_table.h"

#include <cstddef>

#include "core/plugin/call.h"

namespace cvg {
namespace {

cvg_status describe(cvg_call*, cvg_out*, cvg_error*) { return CVG_OK; }
cvg_status create(cvg_call*, const cvg_str*, cvg_instance**, cvg_error*) { return CVG_OK; }
void destroy(cvg_instance*) {}
cvg_status run(cvg_instance*, cvg_call*, const cvg_str*, cvg_out*, cvg_error*) { return CVG_E_RATE_LIMITED; }
cvg_status wrap(cvg_instance*, cvg_call*, const cvg_str*, const cvg_str*, const cvg_str*, cvg_out*, cvg_error*) { return CVG_OK; }

const cvg_step step_table = {sizeof(cvg_step), 0, nullptr, &run};

cvg_component step() {
  return {sizeof(cvg_component), 0, CVG_KIND_STEP, "s", &step_table, &describe, &create, nullptr, nullptr, &destroy};
}

TEST(ComponentTable, EverySlotMayBeCalled) {
  const cvg_component theirs = step();
  const auto table = std::move(*read_component(&theirs));
  const cvg_component& ours = table->component;
  ASSERT_NE(ours.check, nullptr);
  ASSERT_NE(ours.interrupt, nullptr);
  ours.interrupt(nullptr);
  cvg_error error = empty_abi_error();
  EXPECT_EQ(ours.check(nullptr, nullptr, &error), CVG_E_UNSUPPORTED);
  const auto* functions = static_cast<const cvg_step*>(ours.vtbl);
  EXPECT_EQ(functions->plan(nullptr, nullptr, nullptr, nullptr, &error), CVG_E_UNSUPPORTED);
  EXPECT_EQ(functions->run(nullptr, nullptr, nullptr, nullptr, &error), CVG_E_RATE_LIMITED);
}

TEST(ComponentTable, ShorterTableOfAnOlderHeaderIsReadToItsEnd) {
  struct Older {  // a step table that ends before a slot, with something else behind it
    std::uint32_t struct_size, flags;
    void* plan;
    void* behind;
  } older = {offsetof(Older, behind), 0, nullptr, reinterpret_cast<void*>(&older)};
  cvg_component theirs = step();
  theirs.vtbl = &older;
  const Status status = read_component(&theirs).status();
  EXPECT_EQ(status.text(), "its step s offers only a part of cvg.step/1: run is missing");
}

TEST(ComponentTable, LongerTableOfANewerHeaderIsReadToOurEnd) {
  struct Newer {
    cvg_component component;
    void* more;
  } newer = {step(), nullptr};
  newer.component.struct_size = sizeof newer;
  EXPECT_TRUE(read_component(&newer.component).ok());
}

TEST(ComponentTable, HalfAKindNamesWhatIsMissing) {
  const cvg_keymgr half = {sizeof(cvg_keymgr), 0, &wrap, nullptr, nullptr};
  cvg_component theirs = step();
  theirs.kind = CVG_KIND_KEY_MANAGER;
  theirs.vtbl = &half;
  EXPECT_EQ(read_component(&theirs).status().text(), "its key manager s offers only a part of cvg.key_manager/1: unwrap is missing");
}

TEST(ComponentTable, NothingAtAllIsRefused) {
  EXPECT_FALSE(read_component(nullptr).ok());
  cvg_component theirs = step();
  theirs.struct_size = 4;
  EXPECT_FALSE(read_component(&theirs).ok());
  theirs = step();
  theirs.name = nullptr;
  EXPECT_FALSE(read_component(&theirs).ok());
}

}  // namespace
}  // namespace cvg
