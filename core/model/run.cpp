#include "core/model/run.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::array<std::string_view, 4> run_names{"PENDING", "RUNNING", "COMPLETE", "FAILED"};
constexpr std::array<std::string_view, 5> step_names{"PENDING", "RUNNING", "COMPLETE", "FAILED", "SKIPPED"};

template <class State>
struct Move {
  State from, to;
};

constexpr std::array<Move<RunState>, 5> run_moves{{
    {RunState::pending, RunState::running},
    {RunState::pending, RunState::failed},   // cancelled before it began
    {RunState::running, RunState::pending},  // its worker was lost: another one takes it
    {RunState::running, RunState::complete},
    {RunState::running, RunState::failed},
}};

constexpr std::array<Move<StepState>, 6> step_moves{{
    {StepState::pending, StepState::running},
    {StepState::pending, StepState::skipped},
    {StepState::pending, StepState::failed},   // cancelled before it began
    {StepState::running, StepState::pending},  // its worker was lost: it is tried again
    {StepState::running, StepState::complete},
    {StepState::running, StepState::failed},
}};

template <class Moves, class State>
bool has_move(const Moves& moves, State from, State to) {
  return std::any_of(moves.begin(), moves.end(), [&](const auto& move) { return move.from == from && move.to == to; });
}

template <class Names, class State>
bool from_text(const Names& names, std::string_view text, State& out) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!equals_ignoring_case(text, names[i])) continue;
    out = static_cast<State>(i);
    return true;
  }
  return false;
}

}  // namespace

std::string_view to_text(RunState state) { return run_names[static_cast<std::size_t>(state)]; }
std::string_view to_text(StepState state) { return step_names[static_cast<std::size_t>(state)]; }
bool run_state_from_text(std::string_view text, RunState& out) { return from_text(run_names, text, out); }
bool step_state_from_text(std::string_view text, StepState& out) { return from_text(step_names, text, out); }
bool may_move(RunState from, RunState to) { return has_move(run_moves, from, to); }
bool may_move(StepState from, StepState to) { return has_move(step_moves, from, to); }

bool is_terminal(RunState state) { return state == RunState::complete || state == RunState::failed; }
bool is_terminal(StepState state) {
  return state == StepState::complete || state == StepState::failed || state == StepState::skipped;
}

}  // namespace cvg
