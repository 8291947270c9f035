// TimeZone: the clock on the wall of a place, by its IANA name; the wall around Howard Hinnant's date library, which reads
// the system's tzdata.  Local times are seconds since the epoch as if the place kept UTC.  Values that stay good for the
// process's life; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

class TimeZone {
 public:
  // "America/New_York", "UTC"; letters count.  Code::invalid for a name that no zone has, Code::unavailable when the machine
  // has no tzdata.
  static Result<TimeZone> find(std::string_view name);

  const std::string& name() const { return name_; }
  // What the wall's clock shows at an instant, seconds since the epoch, UTC.
  std::int64_t local_s(std::int64_t utc_s) const;
  // The instant at which the clock shows local_s: the first one where it does so twice, and the first one behind the gap
  // where it never does.
  std::int64_t instant_s(std::int64_t local_s) const;

 private:
  TimeZone(std::string name, const void* zone) : name_(std::move(name)), zone_(zone) {}

  std::string name_;
  const void* zone_;  // of the library's database, which lives as long as the process
};

}  // namespace cvg
