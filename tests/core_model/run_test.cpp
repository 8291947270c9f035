#include "core/model/run.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

constexpr RunState run_states[] = {RunState::pending, RunState::running, RunState::complete, RunState::failed};
constexpr StepState step_states[] = {StepState::pending, StepState::running, StepState::complete, StepState::failed,
                                     StepState::skipped};

TEST(RunState, TerminalStatesNeverChange) {
  for (const RunState from : run_states)
    for (const RunState to : run_states) EXPECT_FALSE(is_terminal(from) && may_move(from, to));
  for (const StepState from : step_states)
    for (const StepState to : step_states) EXPECT_FALSE(is_terminal(from) && may_move(from, to));
}

TEST(RunState, OnlyTheMovesOfTheTableAreLegal) {
  EXPECT_TRUE(may_move(RunState::pending, RunState::running));
  EXPECT_TRUE(may_move(RunState::running, RunState::complete));
  EXPECT_TRUE(may_move(RunState::running, RunState::pending));
  EXPECT_TRUE(may_move(RunState::pending, RunState::failed));
  EXPECT_FALSE(may_move(RunState::pending, RunState::complete));
  EXPECT_FALSE(may_move(RunState::pending, RunState::pending));
  EXPECT_TRUE(may_move(StepState::pending, StepState::skipped));
  EXPECT_FALSE(may_move(StepState::running, StepState::skipped));
  EXPECT_FALSE(may_move(StepState::pending, StepState::complete));
}

TEST(RunState, TextsComeBackWhateverTheirCase) {
  for (const RunState state : run_states) {
    RunState back{};
    EXPECT_TRUE(run_state_from_text(to_text(state), back));
    EXPECT_EQ(back, state);
  }
  for (const StepState state : step_states) {
    StepState back{};
    EXPECT_TRUE(step_state_from_text(to_text(state), back));
    EXPECT_EQ(back, state);
  }
  RunState state{};
  EXPECT_TRUE(run_state_from_text("complete", state));
  EXPECT_EQ(state, RunState::complete);
  EXPECT_FALSE(run_state_from_text("COMPLETED", state));
  EXPECT_FALSE(run_state_from_text("", state));
}

}  // namespace
}  // namespace cvg
