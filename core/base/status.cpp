#include "core/base/status.h"

#include <array>

namespace cvg {
namespace {

constexpr std::array<CodeTraits, 19> table{{
    {Code::ok, "OK", false, true, 200, 0},
    {Code::cancelled, "CANCELLED", false, true, 409, 1},
    {Code::deadline, "TIMEOUT", true, true, 504, 2},
    {Code::config, "CONFIG", false, true, 400, 3},
    {Code::auth, "AUTH", false, true, 401, 4},
    {Code::denied, "DENIED", false, true, 403, 5},
    {Code::not_found, "NOT_FOUND", false, true, 404, 6},
    {Code::conflict, "CONFLICT", true, true, 409, 7},
    {Code::rate_limited, "RATE_LIMITED", true, true, 429, 8},
    {Code::unavailable, "UNAVAILABLE", true, true, 503, 9},
    {Code::data, "DATA", false, true, 400, 10},
    {Code::limit, "LIMIT", false, true, 400, 11},
    {Code::unsupported, "UNSUPPORTED", false, true, 400, 12},
    {Code::state, "STATE", false, false, 500, 13},
    {Code::plugin, "PLUGIN", false, false, 500, 14},
    {Code::host, "HOST", false, false, 500, 15},
    {Code::peer_died, "PEER_DIED", true, true, 500, 16},
    {Code::invalid, "INVALID", false, true, 400, -1},
    {Code::quota, "QUOTA", false, true, 429, -1},
}};

}  // namespace

const CodeTraits& traits(Code code) {
  return table[static_cast<std::size_t>(code)];
}

Code code_from_abi(std::int32_t abi) {
  for (const CodeTraits& row : table)
    if (abi >= 0 && row.abi == abi) return row.code;
  return Code::plugin;
}

}  // namespace cvg
