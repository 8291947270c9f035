#include "core/schedule/schedule_instants.h"

#include <algorithm>

#include "core/base/time_text.h"

namespace cvg {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

// Later local times never stand for earlier instants, so the first that stands for one after after_ms is the answer; only
// those of an hour that comes twice, or of a gap's end, are passed by on the way.
std::optional<std::int64_t> next_instant(const Cron& cron, const TimeZone& zone, std::int64_t after_ms) {
  const std::int64_t after_s = floor_div(after_ms, 1000);
  std::optional<std::int64_t> minute = cron.next(floor_div(zone.local_s(after_s), 60));
  while (minute) {
    const std::int64_t at_ms = zone.instant_s(*minute * 60) * 1000;
    if (at_ms > after_ms) return at_ms;
    minute = cron.next(*minute + 1);
  }
  return std::nullopt;
}

std::vector<std::int64_t> last_instants(const Cron& cron, const TimeZone& zone, std::int64_t from_ms, std::int64_t to_ms, std::size_t most) {
  std::vector<std::int64_t> found;
  constexpr std::int64_t first_look_ms = day_ms / 24, wider = 24;
  for (std::int64_t back_ms = first_look_ms;; back_ms *= wider) {
    const std::int64_t begin_ms = to_ms - from_ms <= back_ms ? from_ms : to_ms - back_ms;
    found.clear();
    for (auto at = next_instant(cron, zone, begin_ms - 1); at && *at <= to_ms; at = next_instant(cron, zone, *at)) found.push_back(*at);
    if (found.size() >= most || begin_ms == from_ms) break;
  }
  if (found.size() > most) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(most));
  return found;
}

std::int64_t local_day(const TimeZone& zone, std::int64_t at_ms) { return floor_div(zone.local_s(floor_div(at_ms, 1000)), 86400); }

}  // namespace cvg
