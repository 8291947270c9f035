// loose.hpp: tables without a manifest: a folder of CSV or Parquet files, or one file.  Header-only, C++11.
#ifndef CONVERGENCE_LOOSE_HPP
#define CONVERGENCE_LOOSE_HPP

#include <cctype>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "delivery.hpp"

namespace convergence {

// The months that a file's name carries, once each.
inline std::vector<std::string> months_in(const std::string &name) {
  std::vector<std::string> months;
  const std::vector<std::string> days = days_in(name);
  for (std::size_t i = 0; i < days.size(); ++i)
    if (std::find(months.begin(), months.end(), month_of(days[i])) == months.end()) months.push_back(month_of(days[i]));
  for (std::size_t at = 0; days.empty() && at < name.size(); ++at) {
    if (at > 0 && (is_digit(name[at - 1]) || std::isalpha(static_cast<unsigned char>(name[at - 1])))) continue;
    const std::string month = leading_date(name.substr(at, 7));
    const std::size_t end = at + 7;
    const bool ends = end >= name.size() || !(is_digit(name[end]) || name[end] == '-');
    if (month.size() == 7 && name[at + 4] == '-' && ends) months.push_back(month);
  }
  return months;
}

// Deliveries of files that no manifest describes: a unit per file, its source the file's place, whatever was asked for and
// through whichever root; a unit that depended on the request would load one file twice.  A billing period selects the files
// whose names carry that month or none (a root that is one file is taken whatever its name).
inline Deliveries loose_deliveries(const std::string &provider, const std::string &uri, const Objects &files,
                                   const Options &options, const std::string &layout) {
  Deliveries all;
  const bool single = is_single_file(uri, files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::vector<std::string> months = months_in(base_name(files[i].place));
    const bool other_month = !options.period.empty() && !months.empty() && !single &&
                             std::find(months.begin(), months.end(), options.period) == months.end();
    if (other_month) continue;
    Delivery d;
    d.layout = layout;
    d.source = provider + ":" + files[i].place;
    d.unit = base_name(files[i].place);
    d.files.push_back(files[i]);
    d.version_from_files();
    all.push_back(d);
  }
  return all;
}

// Where a file's day stands in its place, and which unit that makes it part of.  Nothing here depends on the root.
struct DayUnit {
  std::string source;      // a place without the day: "file:///logs/eu", "file:///logs/bill-*.csv"
  std::string unit;        // the day, or the file's name
  std::string day;         // empty: none, or several
  std::size_t end = 0;     // how much of the place is read until the day is told
  bool whole_file = true;  // the unit is this file alone
  std::string home;        // where the source's folder lies, when its name does not tell: files of one unit have one home
};

namespace detail {

inline std::string without_day(std::string text, const std::string &day) {
  const std::string digits = day.substr(0, 4) + day.substr(5, 2) + day.substr(8, 2);
  const std::string *const spellings[] = {&day, &digits};
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t at = text.find(*spellings[i]); at != std::string::npos; at = text.find(*spellings[i]))
      text.replace(at, spellings[i]->size(), "*");
  return text;
}
// The day folder of a place ("2025-11-15", "dt=2025-11-15", "2025/11/15", "y=2025/m=11/d=15"), the deepest one: everything
// below it is its unit.  False when no folder names one day.
inline bool day_of_folders(const std::string &place, DayUnit &found) {
  const std::vector<std::string> parts = split(place, '/');
  for (std::size_t begin = parts.size() - 1; begin-- > 0;) {
    const std::vector<std::string> days = days_in(join(parts, begin, parts.size() - 1));
    if (days.empty()) continue;
    if (days.size() > 1) return false;
    std::size_t end = begin + 1;
    while (days_in(join(parts, begin, end)).empty()) ++end;
    const std::string year = days[0].substr(0, 4);
    const bool one_part = end == begin + 1;
    const std::string name = one_part ? without_day(parts[begin], days[0]) : parts[begin].substr(0, parts[begin].rfind(year)) + "*";
    found.source = join(parts, 0, begin) + (name == "*" ? "" : "/" + name);
    found.day = found.unit = days[0];
    found.end = join(parts, 0, end).size();
    found.whole_file = false;
    return true;
  }
  return false;
}

}  // namespace detail

// The unit of a file at a place: its day folder; else the file itself, by the day of its name or, without one, by its name.
// snapshot: the file is one page of what lies in its folder, so the folder is the unit, "current" where no day is named.
inline DayUnit day_unit(const std::string &place, bool snapshot = false) {
  DayUnit unit;
  if (detail::day_of_folders(place, unit)) return unit;
  const std::string name = base_name(place);
  unit.day = only_day_in(name);
  unit.end = place.size();
  unit.whole_file = !snapshot;
  if (snapshot) unit.source = folder_of(place);
  else unit.source = unit.day.empty() ? place : folder_of(place) + "/" + detail::without_day(name, unit.day);
  unit.unit = !unit.day.empty() ? unit.day : snapshot ? "current" : name;
  return unit;
}

// Gathers files into the units of days.  A date option selects its day, a billing period the days of its month, among the
// files whose day is named below the root; what names no day (or several) is taken always, and so is a root that is one
// file or lies in the day's folder.
class DayUnits {
 public:
  DayUnits(const std::string &uri, bool single, const Options &options, Sink &sink)
      : root_(plain_uri(uri)), single_(single), options_(options), sink_(sink) {}

  void add(const Object &file, const DayUnit &at, const std::string &layout) {
    const bool other = !options_.day.empty() ? at.day != options_.day
                                             : !options_.period.empty() && month_of(at.day) != options_.period;
    if (!at.day.empty() && other && !single_ && at.end > root_.size()) return;
    if (!at.whole_file && (single_ || (at.day.size() && at.end < root_.size())))
      sink_.warn(root_ + " is a part of the unit " + at.source + " " + at.unit + " and replaces all of it; where that has more "
                                                                                  "files, take its folder as the source");
    Delivery &d = by_unit_[std::make_pair(at.source, at.unit)];
    if (!d.files.empty() && (d.folder != at.home || (at.whole_file && !at.home.empty())))
      throw Error(CVG_E_CONFIG, at.source + " " + at.unit + " is delivered twice below the source: " + d.files[0].place + " and " + file.place +
                                    "; both together would count it twice: take " + folder_of(d.files[0].place) + " or " +
                                    folder_of(file.place) + " as the source, or keep one of them",
                  Json::object().set("field", "source"));
    d.folder = at.home;
    d.source = at.source;
    d.unit = at.unit;
    d.layout = layout;
    d.files.push_back(file);
  }
  Deliveries deliveries() {
    Deliveries all;
    for (std::map<std::pair<std::string, std::string>, Delivery>::iterator it = by_unit_.begin(); it != by_unit_.end(); ++it) {
      it->second.version_from_files();
      all.push_back(it->second);
    }
    return all;
  }

 private:
  std::string root_;
  bool single_;
  const Options &options_;
  Sink &sink_;
  std::map<std::pair<std::string, std::string>, Delivery> by_unit_;
};

// The error of a dataset of which nothing was found.
inline Error nothing_found(const cvg_extract_req &req, const Options &options, const std::string &looked_for, std::size_t objects,
                           const std::vector<std::string> &periods = std::vector<std::string>()) {
  std::string found = std::to_string(objects) + (objects == 1 ? " object" : " objects");
  for (std::size_t i = 0; i < periods.size() && i < 6; ++i) found += (i ? ", " : "; periods there: ") + periods[i];
  if (periods.size() > 6) found += ", ...";
  return Error(CVG_E_NOT_FOUND, "nothing of dataset " + text(req.dataset) + options.scope() + " below " + text(req.uri) +
                                    ": looked for " + looked_for + "; found " + found);
}

}  // namespace convergence
#endif
