// loose.hpp: tables without a manifest: a folder of CSV or Parquet files, or one file.  Header-only, C++11.
#ifndef CONVERGENCE_LOOSE_HPP
#define CONVERGENCE_LOOSE_HPP

#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "delivery.hpp"

namespace convergence {

// "aws:file:///exports/acme" for a provider and a root, or with the file's key below it.
inline std::string loose_source(const std::string &provider, const std::string &uri, const std::string &key = "") {
  const std::string root = plain_uri(uri);
  return provider + ":" + root + (key.empty() || ends_with(root, "/" + key) ? "" : "/" + key);
}

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

// Deliveries of files that no manifest describes: a unit per file, called by its name, whatever was asked for; a unit that
// depended on the request would load one file twice.  A billing period selects the files whose names carry that month or
// none (a root that is one file is taken whatever its name).
inline Deliveries loose_deliveries(const std::string &provider, const std::string &uri, const Objects &files,
                                   const Options &options, const std::string &layout) {
  Deliveries all;
  const bool single = is_single_file(uri, files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::vector<std::string> months = months_in(base_name(files[i].key));
    const bool other_month = !options.period.empty() && !months.empty() && !single &&
                             std::find(months.begin(), months.end(), options.period) == months.end();
    if (other_month) continue;
    Delivery d;
    d.layout = layout;
    d.source = loose_source(provider, uri, files[i].key);
    d.unit = base_name(files[i].key.empty() ? plain_uri(uri) : files[i].key);
    d.files.push_back(files[i]);
    d.version_from_files();
    all.push_back(d);
  }
  return all;
}

// Deliveries by day: the files whose keys name one day are a unit of that day.  A date option selects its day, a billing
// period the days of its month.  Files without a day (or with several) are taken always (a root that is one file too):
// each a unit called by its key, or all together (undated) when they are pages of one snapshot.
inline Deliveries daily_deliveries(const std::string &source, const std::string &uri, const Objects &files,
                                   const Options &options, const std::string &layout, const std::string &undated = "") {
  std::map<std::string, Delivery> by_unit;
  const bool single = is_single_file(uri, files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string day = only_day_in(files[i].key.empty() ? base_name(uri) : files[i].key);
    const bool other = !options.day.empty() ? day != options.day : !options.period.empty() && month_of(day) != options.period;
    if (!day.empty() && other && !single) continue;
    const std::string unit = !day.empty() ? day : !undated.empty() ? undated : files[i].key.empty() ? base_name(uri) : files[i].key;
    Delivery &d = by_unit[unit];
    d.source = source;
    d.unit = unit;
    d.layout = layout;
    d.files.push_back(files[i]);
  }
  Deliveries all;
  for (std::map<std::string, Delivery>::iterator it = by_unit.begin(); it != by_unit.end(); ++it) {
    it->second.version_from_files();
    all.push_back(it->second);
  }
  return all;
}

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
