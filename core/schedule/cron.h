// Cron: when a schedule is due: five fields (minute, hour, day of month, month, day of week) with ranges, lists, steps and
// names, or a macro (@daily).  Says nothing about zones; schedule_instants.h does.  Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

class Cron {
 public:
  // Code::invalid; the text names the field and the reason ("hour: 24 is above 23").
  static Result<Cron> parse(std::string_view text);

  // The first minute at or after from that the fields name; both are minutes since the epoch on the local clock.  Nothing:
  // none within the nine years that lie between two leap days.
  std::optional<std::int64_t> next(std::int64_t from) const;

 private:
  bool names_day(std::int64_t day, unsigned day_of_month) const;

  std::uint64_t minutes_ = 0;
  std::uint32_t hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;  // bit n: the value n; weekdays from Sunday
  // Both restricted: one of them is enough.  A field that begins with * restricts nothing by itself.
  bool either_day_ = false;
};

}  // namespace cvg
