// The instants of a schedule: a Cron on the clock of a TimeZone.  A local time that does not exist stands for the first
// instant behind the gap; one that comes twice counts once, the first time.  Instants are milliseconds since the epoch, UTC.
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/time_zone.h"
#include "core/schedule/cron.h"

namespace cvg {

// The first instant after after_ms; nothing when there is none for years.
std::optional<std::int64_t> next_instant(const Cron& cron, const TimeZone& zone, std::int64_t after_ms);

// The last `most` instants from from_ms to to_ms, both included, in order; their number does not depend on how far from_ms
// lies back.
std::vector<std::int64_t> last_instants(const Cron& cron, const TimeZone& zone, std::int64_t from_ms, std::int64_t to_ms, std::size_t most);

// The day that the wall's calendar shows at an instant, days since the epoch.
std::int64_t local_day(const TimeZone& zone, std::int64_t at_ms);

}  // namespace cvg
