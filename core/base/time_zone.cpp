#include "core/base/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t name_bytes_max = 64;
// What lies beside the zones in the system's folder and is no place: variants, and what the machine itself is set to.
constexpr std::array<std::string_view, 3> refused_prefixes{"right/", "posix/", "localtime"};

const date::time_zone& zone_of(const void* zone) { return *static_cast<const date::time_zone*>(zone); }

Status unknown(std::string_view name) {
  return Status(Code::invalid, fmt::format("'{}' is no time zone: IANA names are wanted, like Europe/Berlin or UTC", name.substr(0, name_bytes_max)));
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
  const bool refused = std::any_of(refused_prefixes.begin(), refused_prefixes.end(), [&](std::string_view p) { return name.starts_with(p); });
  if (name.empty() || name.size() > name_bytes_max || refused) return unknown(name);
  try {
    static_cast<void>(date::get_tzdb());
  } catch (const std::exception& error) {
    return Status(Code::unavailable, "This server has no time zones: install the package tzdata", error.what());
  }
  try {
    const date::time_zone* zone = date::locate_zone(name);
    static_cast<void>(zone->get_info(date::sys_seconds(std::chrono::seconds(0))));  // reads its file, which may be no zone's
    return TimeZone(std::string(name), zone);
  } catch (const std::exception&) {
    return unknown(name);
  }
}

std::int64_t TimeZone::local_s(std::int64_t utc_s) const {
  return utc_s + zone_of(zone_).get_info(date::sys_seconds(std::chrono::seconds(utc_s))).offset.count();
}

std::int64_t TimeZone::instant_s(std::int64_t local_s) const {
  const date::local_info info = zone_of(zone_).get_info(date::local_seconds(std::chrono::seconds(local_s)));
  if (info.result == date::local_info::nonexistent) return info.first.end.time_since_epoch().count();
  return local_s - info.first.offset.count();
}

}  // namespace cvg
