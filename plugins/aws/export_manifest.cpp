#include "export_manifest.h"

#include <map>
#include <set>
#include <utility>

#include <convergence/loose.hpp>

namespace aws {
namespace {

using namespace convergence;

const char legacy_cur[] = "legacy_cur", data_export[] = "data_export", partitions[] = "partitions", loose[] = "loose";

// "2018-08" from a key's part: 20180801-20180901 or BILLING_PERIOD=2018-08; empty when the part is no period.
std::string period_of_part(const std::string &part) {
  if (starts_with(part, "BILLING_PERIOD=")) return month_of(leading_date(part.substr(15)));
  return month_of_range(part);
}

// The month of the folder at i, or, in Athena's layout year=2024/month=4, of it and the next; parts: how many it takes.
std::string period_at(const std::vector<std::string> &folders, std::size_t i, std::size_t &parts) {
  parts = 1;
  std::string period = period_of_part(folders[i]);
  if (period.empty() && i + 1 < folders.size() && starts_with(folders[i], "year=") && starts_with(folders[i + 1], "month=")) {
    const std::string month = folders[i + 1].substr(6);
    period = calendar_text(folders[i].substr(5) + (month.size() == 1 ? "0" : "") + month);
    parts = 2;
  }
  return period;
}

// The instant that a folder of the key carries (20240417T190636Z, 2024-04-02T13:14:43.337Z-<id>); empty without one.
std::string delivered_at(const std::string &key) {
  const std::vector<std::string> parts = split(folder_of(key), '/');
  for (std::size_t i = parts.size(); i-- > 0;) {
    if (parts[i].find('T') == std::string::npos) continue;
    const std::string instant = instant_text(parts[i]);
    if (!instant.empty()) return instant;
  }
  return std::string();
}

// The same of a place, below its period where it names one.
std::string delivered_below_period(const std::string &place) {
  const PeriodPath path(place, period_at);
  return delivered_at(path.period.empty() ? place : path.after);
}

bool is_manifest_name(const std::string &key) {
  const std::string name = lower(base_name(key));
  return ends_with(name, ".json") && name.find("manifest") != std::string::npos;
}

// The newest manifest of each export and period, by the keys alone.  A legacy report keeps its newest manifest in the
// period folder itself; a Data Export that creates new files has one per execution.
Objects newest_manifests(const Objects &objects, const Options &options, std::set<std::string> &periods) {
  std::map<std::string, Object> newest;
  for (const Object &o : objects) {
    if (!is_manifest_name(o.key)) continue;
    const PeriodPath path(o.place, period_at);
    if (!path.period.empty()) periods.insert(path.period);
    if (!path.period.empty() && !options.period.empty() && path.period != options.period) continue;
    const std::string group = path.period.empty() ? o.place : path.before + "\n" + path.period + "\n" + base_name(o.place);
    const auto found = newest.find(group);
    if (found == newest.end()) { newest[group] = o; continue; }
    Object &best = found->second;
    const bool legacy = path.before.find("metadata") == std::string::npos;
    const bool top = path.after.find('/') == std::string::npos, best_top = PeriodPath(best.place, period_at).after.find('/') == std::string::npos;
    const std::string instant = delivered_below_period(o.place), best_instant = delivered_below_period(best.place);
    const bool later = !instant.empty() && !best_instant.empty() ? instant > best_instant : o.modified_ms > best.modified_ms;
    if (legacy && top != best_top ? top : later) best = o;
  }
  Objects manifests;
  for (const auto &entry : newest) manifests.push_back(entry.second);
  return manifests;
}

bool lists_focus(const Json &manifest) {
  for (const Json &column : manifest["columns"].items())
    if (column["name"].text() == "BilledCost") return true;
  return false;
}

std::string period_of_manifest(const Json &manifest, const Object &object) {
  const std::string start = manifest["billingPeriod"]["start"].text();
  std::string period = month_of(leading_date(start));
  if (period.empty()) period = PeriodPath(object.place, period_at).period;
  if (period.empty() && manifest["dataFiles"].size()) period = PeriodPath(manifest["dataFiles"].items()[0].text(), period_at).period;
  if (period.empty())
    throw Error(CVG_E_DATA, object.key + ", billingPeriod.start: the manifest names no billing period, nor does its folder; "
                                         "keep it in its folder 20250101-20250201 or BILLING_PERIOD=2025-01",
                Json::object().set("file", object.key).set("field", "billingPeriod.start"));
  return period;
}

std::string identity_of_manifest(const Json &manifest, const Object &object) {
  if (!manifest["exportArn"].text().empty()) return "aws:" + manifest["exportArn"].text();
  const std::string name = manifest["reportName"].text_or("");
  if (name.empty())
    throw Error(CVG_E_DATA, object.key + ", reportName: the manifest names neither reportName nor exportArn",
                Json::object().set("file", object.key).set("field", "reportName"));
  return "aws:" + name + ":" + manifest["account"].text_or("");
}

// The account that pays: of the manifest, or the fifth part of "arn:aws:bcm-data-exports:us-east-1:123456789012:export/e".
std::string payer_of_manifest(const Json &manifest) {
  const std::vector<std::string> arn = split(manifest["exportArn"].text(), ':');
  return manifest["account"].text_or(arn.size() > 5 ? arn[4] : "");
}

// The folder that shows an export's manifests and files.
std::string folder_of_export(const std::string &place) {
  const std::string before = PeriodPath(folder_of(place) + "/", period_at).before;
  const std::string folder = ends_with(before, "/") ? folder_of(before) : before;
  return base_name(folder) == "metadata" ? folder_of(folder) : folder;
}

// The unit that a manifest describes.  Its files must all be there.
Delivery delivery_of(const Json &manifest, const std::string &manifest_text, const Object &object, const ObjectIndex &index) {
  Delivery d;
  d.manifest_key = object.key;
  d.manifest_text = manifest_text;
  d.source = identity_of_manifest(manifest, object);
  d.unit = period_of_manifest(manifest, object);
  d.tag = payer_of_manifest(manifest);
  d.folder = folder_of_export(object.place);
  const bool legacy = manifest.find("reportKeys") != nullptr;
  d.layout = legacy ? legacy_cur : data_export;
  const std::string charset = manifest["charset"].text_or("UTF-8");
  if (lower(charset) != "utf-8")
    throw Error(CVG_E_UNSUPPORTED, object.key + ", charset: '" + charset + "'; only UTF-8 is read");
  std::string instant;
  for (const Json &listed : (legacy ? manifest["reportKeys"] : manifest["dataFiles"]).items()) {
    const Object *found = index.find(listed.text(), object.key);
    if (!found) throw missing_file(listed.text(), object.key);
    if (!d.add_file(*found)) throw repeated_file(listed.text(), object.key);
    instant = std::max(instant, delivered_at(listed.text()));
  }
  if (instant.empty()) instant = delivered_below_period(object.place);
  if (instant.empty()) d.version_from_files(object.modified_ms);
  else d.version = "delivered:" + instant;
  return d;
}

// Two copies of one export's period (a synchronised bucket beside another) count once: the newer.
void keep_newer(Deliveries &all, const Delivery &d, Sink &sink) {
  for (Delivery &other : all) {
    if (other.source != d.source || other.unit != d.unit) continue;
    const bool newer = d.version > other.version;
    sink.warn(d.source + " " + d.unit + " is delivered twice below the root: " + (newer ? d : other).manifest_key +
              " is read, " + (newer ? other : d).manifest_key + " is not");
    if (newer) other = d;
    return;
  }
  all.push_back(d);
}

// Two reports of one payer (legacy and CUR 2.0, hourly and daily) each hold the whole bill: together they count it twice.
void refuse_second_report(const Deliveries &all) {
  std::map<std::pair<std::string, std::string>, const Delivery *> bills;
  for (const Delivery &d : all) {
    if (d.tag.empty()) continue;
    const Delivery &first = *bills.emplace(std::make_pair(d.tag, d.unit), &d).first->second;
    if (first.source == d.source) continue;
    const bool layouts = first.layout != d.layout, folders = first.folder != d.folder;
    throw Error(CVG_E_CONFIG, "two reports of payer " + d.tag + " hold the bill of " + d.unit + ": " + first.source + " (" + first.manifest_key +
                                  ") and " + d.source + " (" + d.manifest_key + "); both together would count it twice: " +
                                  (folders ? "take " + first.folder + " or " + d.folder + " as the source" : "keep one below the source") +
                                  (layouts ? ", or say layout: " + first.layout + " or " + d.layout : ""),
                Json::object().set("field", "source"));
  }
}

// True for a manifest of the dataset, in a layout that is allowed.
bool is_wanted(const Json &manifest, bool focus, const Options &options) {
  const bool legacy = manifest.find("reportKeys") != nullptr;
  return (legacy || manifest.find("dataFiles")) && lists_focus(manifest) == focus && options.allows(legacy ? legacy_cur : data_export);
}

Deliveries by_manifest(Call &call, const cvg_extract_req &req, const Options &options, const Objects &objects, Sink &sink,
                       std::set<std::string> &periods, std::set<std::string> &listed, bool &any) {
  const bool focus = text(req.dataset) == "focus";
  const ObjectIndex index(objects);
  Deliveries all;
  for (const Object &object : newest_manifests(objects, options, periods)) {
    call.stop_if_cancelled();
    std::string manifest_text;
    const Json manifest = read_manifest(call, object, manifest_text);
    for (const char *const files : {"reportKeys", "dataFiles"})
      for (const Json &file : manifest[files].items())
        if (const Object *found = index.find(file.text(), object.key)) listed.insert(found->key);
    if (!is_wanted(manifest, focus, options)) continue;
    any = true;
    const std::string period = period_of_manifest(manifest, object);
    periods.insert(period);
    if (!options.period.empty() && period != options.period) continue;
    keep_newer(all, delivery_of(manifest, manifest_text, object, index), sink);
  }
  refuse_second_report(all);
  // Where nothing is left of the period, the manifests of the others tell whether its own is still to come.
  Options every = options;
  every.period.clear();
  if (!any && !options.period.empty()) {
    for (const Object &object : newest_manifests(objects, every, periods)) {
      std::string manifest_text;
      any = any || is_wanted(read_manifest(call, object, manifest_text), focus, options);
    }
  }
  return all;
}

// True for a folder of partitions beside which AWS keeps the manifests: .../data beside .../metadata, and, in Athena's layout,
// .../report/report below the report's periods.
bool has_manifests_beside(const PeriodPath &path) {
  const std::string name = base_name(path.before), period = base_name(path.folder);
  if (starts_with(period, "BILLING_PERIOD=")) return name == "data";
  return starts_with(period, "month=") && name == base_name(folder_of(path.before));
}

// Partition folders without a manifest: files right in the folder are overwritten by each refresh; of folders per
// execution the newest counts.
Deliveries by_partition(const cvg_extract_req &req, const Options &options, const Objects &objects,
                        std::set<std::string> &periods) {
  const std::string root = plain_uri(text(req.uri));
  std::map<std::pair<std::string, std::string>, std::map<std::string, Objects>> found;
  for (const Object &o : objects) {
    const PeriodPath path(o.place, period_at);
    if (path.period.empty() || !is_table_name(o.place) || o.place.find("cost_and_usage_data_status/") != std::string::npos) continue;
    if (!path.shows_whole_period(root)) throw part_of_period(root, path);
    // Without the manifests the export would have another identity, and its rows would stand twice.
    if (has_manifests_beside(path) && starts_with(root + "/", path.before + "/")) throw part_of_export(root, path);
    periods.insert(path.period);
    if (!options.period.empty() && path.period != options.period) continue;
    found[std::make_pair(path.before, path.period)][folder_of(path.after)].push_back(o);
  }
  Deliveries all;
  for (const auto &partition : found) {
    Delivery best;
    for (const auto &execution : partition.second) {
      Delivery d;
      d.layout = partitions;
      d.source = "aws:" + partition.first.first;
      d.unit = partition.first.second;
      d.files = execution.second;
      const std::string instant = delivered_at(execution.first + "/");
      if (instant.empty()) d.version_from_files();
      else d.version = "delivered:" + instant;
      if (best.files.empty() || d.version > best.version) best = d;
    }
    all.push_back(best);
  }
  return all;
}

// The export that a place belongs to by its folders: the same for the manifests (.../metadata) and the files (.../data, or
// .../report/report) beside them.
std::string export_of(const PeriodPath &path) {
  const std::string name = base_name(path.before), above = folder_of(path.before);
  return name == "metadata" || name == "data" || name == base_name(above) ? above : path.before;
}

// True for a table that the dataset could be in, by its name alone, and of the period that is asked for.
bool may_be_wanted(const Object &o, const std::string &period, bool focus, const Options &options) {
  if (!is_table_name(o.place) || o.place.find("cost_and_usage_data_status/") != std::string::npos) return false;
  if (!focus && lower(o.key).find("focus") != std::string::npos) return false;
  const std::vector<std::string> months = period.empty() ? months_in(base_name(o.place)) : std::vector<std::string>(1, period);
  return options.period.empty() || months.empty() || std::find(months.begin(), months.end(), options.period) != months.end();
}

// Warns of tables that no unit holds and no manifest accounts for: where one export has manifests, nothing without is read.
// listed: what manifests name, those of other datasets, too.
void warn_of_unlisted(const cvg_extract_req &req, const Options &options, const Objects &objects, std::set<std::string> listed,
                      const Deliveries &all, Sink &sink) {
  std::set<std::string> exports;
  std::set<std::pair<std::string, std::string>> described;
  for (const Object &o : objects) {
    if (!is_manifest_name(o.key)) continue;
    const PeriodPath path(o.place, period_at);
    if (path.period.empty()) continue;
    exports.insert(export_of(path));
    described.emplace(export_of(path), path.period);
  }
  bool partitioned = false;
  for (const Delivery &d : all) {
    partitioned = partitioned || d.layout == partitions;
    for (const Object &o : d.files) listed.insert(o.key);
  }
  std::map<std::string, std::size_t> unlisted;
  for (const Object &o : objects) {
    const PeriodPath path(o.place, period_at);
    if (listed.count(o.key) || !may_be_wanted(o, path.period, text(req.dataset) == "focus", options)) continue;
    if (path.period.empty()) { ++unlisted[o.place]; continue; }
    const std::string owner = export_of(path);
    if (partitioned || described.count(std::make_pair(owner, path.period))) continue;
    ++unlisted[exports.count(owner) ? path.folder : owner];
  }
  warn_left_alone(sink, unlisted, partitioned ? "no folder tells the period" : "no manifest there lists it (yet)");
}

}  // namespace

const std::vector<std::string> &export_layouts() {
  static const std::vector<std::string> names = {legacy_cur, data_export, partitions, loose};
  return names;
}

Deliveries find_exports(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  const Objects objects = list_objects(call, text(req.uri));
  std::set<std::string> periods, listed;
  bool any_manifest = false;
  Deliveries all;
  if (options.allows(legacy_cur) || options.allows(data_export))
    all = by_manifest(call, req, options, objects, sink, periods, listed, any_manifest);
  // Where an export has manifests, a partition without one is still being delivered: AWS writes the manifest last.
  if (all.empty() && !any_manifest && options.allows(partitions)) all = by_partition(req, options, objects, periods);
  if (all.empty() && !any_manifest && periods.empty() && options.allows(loose)) {
    Objects tables;
    for (const Object &o : objects)
      if (is_table_name(o.place)) tables.push_back(o);
    all = loose_deliveries("aws", text(req.uri), tables, options, loose);
  }
  if (all.empty())
    throw nothing_found(req, options, "*-Manifest.json with reportKeys or dataFiles, folders BILLING_PERIOD= and year=/month=, "
                                      "and loose .csv, .csv.gz, .csv.zip and .parquet files",
                        objects.size(), std::vector<std::string>(periods.begin(), periods.end()));
  if (options.layout == "auto") warn_of_unlisted(req, options, objects, std::move(listed), all, sink);
  return all;
}

}  // namespace aws
