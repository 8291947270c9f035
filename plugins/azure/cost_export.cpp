#include "cost_export.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <convergence/loose.hpp>

namespace azure {
namespace {

using namespace convergence;

const char by_manifest[] = "manifest", run_folders[] = "run_folders", loose[] = "loose";
const char actual[] = "actual", amortized[] = "amortized", usage[] = "usage", focus[] = "focus";

std::string period_at(const std::vector<std::string> &folders, std::size_t i, std::size_t &) { return month_of_range(folders[i]); }

// True for the folder of a run: 202301041442.
bool is_run_stamp(const std::string &part) { return (part.size() == 12 || part.size() == 14) && all_digits(part) && !instant_text(part).empty(); }

// The run's time from a folder "202301041442" of the key; empty without one.
std::string run_time(const std::string &key) {
  for (const std::string &part : split(folder_of(key), '/')) {
    if (is_run_stamp(part)) return instant_text(part);
  }
  return std::string();
}

// The type that a name tells; "actual", the kind that exports have unless told otherwise, when it tells none.
std::string type_of_name(const std::string &key) {
  const std::string name = lower(key);
  if (name.find("amorti") != std::string::npos) return amortized;
  return name.find("focus") != std::string::npos ? focus : actual;
}
// The same, also by the export's folder, which may lie above the root.
std::string type_of_object(const Object &object, const PeriodPath &path) {
  const std::string type = type_of_name(object.key);
  return type != actual ? type : type_of_name(base_name(folder_of(path.before)) + "/" + base_name(path.before));
}
// The type of a manifest; empty for exports of prices and reservations.
std::string type_of_manifest(const Json &manifest, const Object &object, const PeriodPath &path) {
  const std::string type = lower(manifest["exportConfig"]["type"].text());
  if (type.empty()) return type_of_object(object, path);
  if (type == "actualcost") return actual;
  if (type == "amortizedcost") return amortized;
  if (type == "focuscost") return focus;
  return type == "usage" ? usage : std::string();
}

bool is_manifest_name(const std::string &key) { return lower(base_name(key)) == "manifest.json"; }

Error manifest_error(const Object &manifest, const std::string &field, const std::string &what) {
  return Error(CVG_E_DATA, manifest.key + ", " + field + ": " + what, Json::object().set("file", manifest.key).set("field", field));
}

// Compares what the manifest says of its blobs with the objects, and fills files and expected_rows.
void read_blobs(const Json &manifest, const Object &object, const ObjectIndex &index, Delivery &d) {
  const Json &blobs = manifest["blobs"];
  const Json &count = manifest["blobCount"];
  if (!count.is_null() && count.integer() != static_cast<int64_t>(blobs.size()))
    throw manifest_error(object, "blobCount", "says " + count.text() + ", " + std::to_string(blobs.size()) +
                                                  " blobs are listed; deliver the run again");
  int64_t bytes = 0, rows = 0;
  bool all_rows = blobs.size() > 0;
  for (const Json &blob : blobs.items()) {
    const std::string name = blob["blobName"].text();
    const Object *found = index.find(name, object.key);
    if (!found) throw missing_file(name, object.key);
    const Json &size = blob["byteCount"];
    if (!size.is_null() && size.integer() != static_cast<int64_t>(found->bytes))
      throw Error(CVG_E_DATA, object.key + " says that " + name + " has " + size.text() + " bytes, it has " + std::to_string(found->bytes) +
                                  "; the file is damaged or incomplete: deliver the run again",
                  Json::object().set("file", name).set("manifest", object.key).set("field", "byteCount"));
    bytes += static_cast<int64_t>(found->bytes);
    all_rows = all_rows && !blob["dataRowCount"].is_null();
    rows += blob["dataRowCount"].integer();
    if (!d.add_file(*found)) throw repeated_file(name, object.key);
  }
  const Json &total = manifest["byteCount"];
  if (!total.is_null() && blobs.size() && total.integer() != bytes)
    throw manifest_error(object, "byteCount", "says " + total.text() + ", the blobs have " + std::to_string(bytes) + " bytes; deliver the run again");
  if (!manifest["dataRowCount"].is_null()) d.expected_rows = manifest["dataRowCount"].integer();
  else if (all_rows) d.expected_rows = rows;
}

// The place of an export whose manifest names no resource: what lies before its period, or before the folders of a run.
std::string place_of_export(const Object &manifest, const PeriodPath &path, const std::string &name) {
  std::vector<std::string> folders = split(path.period.empty() ? folder_of(manifest.place) : path.before, '/');
  if (path.period.empty()) folders.erase(std::find_if(folders.begin(), folders.end(), is_run_stamp), folders.end());
  return join(folders, 0, folders.size()) + (name.empty() || folders.back() == name ? "" : "/" + name);
}

// The unit that a manifest describes, without its files.
Delivery head_of(const Json &manifest, const Object &object) {
  Delivery d;
  const PeriodPath path(object.place, period_at);
  d.layout = by_manifest;
  d.manifest_key = object.key;
  d.tag = type_of_manifest(manifest, object, path);
  d.unit = month_of(leading_date(manifest["runInfo"]["startDate"].text()));
  if (d.unit.empty()) d.unit = path.period;
  if (d.unit.empty() && manifest["blobs"].size()) d.unit = PeriodPath(manifest["blobs"].items()[0]["blobName"].text(), period_at).period;
  if (d.unit.empty())
    throw manifest_error(object, "runInfo.startDate", "the manifest names no period, nor does its folder; keep it in its folder 20250101-20250131");
  const Json &config = manifest["exportConfig"];
  const std::string resource = config["resourceId"].text();
  d.source = "azure:" + (resource.empty() ? place_of_export(object, path, config["exportName"].text()) : resource);
  std::string instant = instant_text(manifest["runInfo"]["submittedTime"].text());
  if (instant.empty()) instant = run_time(path.period.empty() ? object.place : path.after);
  if (instant.empty()) d.version = "modified:" + instant_text(object.modified_ms);
  else d.version = "delivered:" + instant;
  return d;
}

bool wanted_type(const std::string &type, const cvg_extract_req &req) {
  return !type.empty() && (type == focus) == (text(req.dataset) == "focus");
}

Deliveries manifest_units(Call &call, const cvg_extract_req &req, const Options &options, const Objects &objects,
                          std::set<std::string> &periods, std::set<std::string> &listed, bool &any) {
  struct Run {
    Delivery delivery;
    Json manifest;
    Object object;
  };
  std::map<std::pair<std::string, std::string>, Run> newest;
  const ObjectIndex index(objects);
  for (const Object &object : objects) {
    if (!is_manifest_name(object.key)) continue;
    call.stop_if_cancelled();
    std::string manifest_text;
    Json manifest = read_manifest(call, object, manifest_text);
    if (!manifest["blobs"].is_array()) continue;
    for (const Json &blob : manifest["blobs"].items())
      if (const Object *found = index.find(blob["blobName"].text(), object.key)) listed.insert(found->key);
    Delivery d = head_of(manifest, object);
    if (!wanted_type(d.tag, req)) continue;
    any = true;
    periods.insert(d.unit);
    if (!options.period.empty() && d.unit != options.period) continue;
    d.manifest_text = manifest_text;
    const auto key = std::make_pair(d.source + "\n" + d.tag, d.unit);
    const auto found = newest.find(key);
    if (found == newest.end() || d.version > found->second.delivery.version) newest[key] = {std::move(d), std::move(manifest), object};
  }
  Deliveries all;
  for (auto &entry : newest) {
    read_blobs(entry.second.manifest, entry.second.object, index, entry.second.delivery);
    all.push_back(entry.second.delivery);
  }
  return all;
}

// Period folders without a manifest.  A run is a folder below the period, or one file right in it (old exports write a new
// file each time): the newest counts.
Deliveries folder_units(const cvg_extract_req &req, const Options &options, const Objects &objects, std::set<std::string> &periods) {
  struct Period {
    std::string type;
    std::map<std::string, Objects> runs;
  };
  const std::string root = plain_uri(text(req.uri));
  std::map<std::pair<std::string, std::string>, Period> found;
  for (const Object &o : objects) {
    const PeriodPath path(o.place, period_at);
    if (path.period.empty() || !is_table_name(o.place)) continue;
    const std::string type = type_of_object(o, path);
    if (!wanted_type(type, req)) continue;
    if (!path.shows_whole_period(root)) throw part_of_period(root, path);
    periods.insert(path.period);
    if (!options.period.empty() && path.period != options.period) continue;
    const std::string run = folder_of(path.after);
    Period &period = found[std::make_pair(path.before, path.period)];
    period.type = type;
    period.runs[run.empty() ? path.after : run].push_back(o);
  }
  Deliveries all;
  for (const auto &period : found) {
    Delivery best;
    for (const auto &run : period.second.runs) {
      Delivery d;
      d.layout = run_folders;
      d.source = "azure:" + period.first.first;
      d.unit = period.first.second;
      d.files = run.second;
      d.tag = period.second.type;
      const std::string instant = run_time(run.first + "/");
      if (instant.empty()) d.version_from_files();
      else d.version = "delivered:" + instant;
      if (best.files.empty() || d.version > best.version) best = d;
    }
    all.push_back(best);
  }
  return all;
}

// Loose files, those of each type as deliveries of their own.
Deliveries loose_units(const cvg_extract_req &req, const Options &options, const Objects &objects) {
  const std::string uri = text(req.uri);
  const bool single = is_single_file(uri, objects), wants_focus = text(req.dataset) == "focus";
  std::map<std::string, Objects> by_type;
  for (const Object &o : objects) {
    if (!is_table_name(o.place)) continue;
    std::string type = type_of_name(base_name(o.place));
    if (wants_focus) type = type == focus ? focus : "";
    else if (single && type == focus) type = actual;
    by_type[type].push_back(o);
  }
  // A FOCUS file need not say so in its name, where nothing else does.
  if (wants_focus && !by_type.count(focus)) by_type[focus] = by_type[""];
  Deliveries all;
  for (const auto &entry : by_type) {
    if (!wanted_type(entry.first, req)) continue;
    for (Delivery d : loose_deliveries("azure", uri, entry.second, options, loose)) {
      d.tag = entry.first;
      all.push_back(d);
    }
  }
  return all;
}

// Leaves out what the option type does not ask for.
Deliveries of_type(const Deliveries &all, const Options &options, Sink &sink) {
  if (options.type == "all") return all;
  bool others = false;
  for (const Delivery &d : all) others = others || d.tag != amortized;
  Deliveries kept;
  for (const Delivery &d : all) {
    const bool keep = options.type == "auto" ? !(others && d.tag == amortized) : d.tag == options.type;
    if (keep) kept.push_back(d);
    else if (options.type == "auto")
      sink.warn(d.source + " " + d.unit + " is amortized cost and was left out: it overlaps the actual cost that is there, too; "
                                          "say type: amortized or type: all to read it");
  }
  return kept;
}

// Warns of tables that no unit holds and no manifest accounts for: where one export has manifests, nothing without is read.
// listed: what manifests name, those of other datasets, too.
void warn_of_unlisted(const cvg_extract_req &req, const Options &options, const Objects &objects, std::set<std::string> listed,
                      const Deliveries &all, Sink &sink) {
  std::set<std::pair<std::string, std::string>> described;
  for (const Object &o : objects) {
    const PeriodPath path(o.place, period_at);
    if (is_manifest_name(o.key) && !path.period.empty()) described.emplace(path.before, path.period);
  }
  bool in_folders = false;
  for (const Delivery &d : all) {
    in_folders = in_folders || d.layout == run_folders;
    for (const Object &o : d.files) listed.insert(o.key);
  }
  std::map<std::string, std::size_t> unlisted;
  for (const Object &o : objects) {
    const PeriodPath path(o.place, period_at);
    const std::string type = type_of_object(o, path);
    const bool other_type = options.type != "auto" && options.type != "all" && options.type != type;
    if (listed.count(o.key) || !is_table_name(o.place) || !wanted_type(type, req) || other_type) continue;
    const std::vector<std::string> months = path.period.empty() ? months_in(base_name(o.place)) : std::vector<std::string>(1, path.period);
    if (!options.period.empty() && !months.empty() && std::find(months.begin(), months.end(), options.period) == months.end()) continue;
    if (path.period.empty()) ++unlisted[o.place];
    else if (!in_folders && !described.count(std::make_pair(path.before, path.period))) ++unlisted[path.before];
  }
  warn_left_alone(sink, unlisted, in_folders ? "no folder tells the period" : "no manifest there lists it (yet)");
}

void check_type(const cvg_extract_req &req, const Options &options) {
  static const std::set<std::string> known = {"auto", "all", actual, amortized, usage};
  const bool fits = text(req.dataset) == "focus" ? options.type == "auto" || options.type == focus : known.count(options.type) > 0;
  if (!fits)
    throw Error(CVG_E_CONFIG, "source.options.type is '" + options.type + "'; dataset cost_export knows auto, actual, amortized, usage "
                                                                          "and all, FOCUS exports are the dataset focus",
                Json::object().set("field", "source.options.type"));
}

}  // namespace

const std::vector<std::string> &export_layouts() {
  static const std::vector<std::string> names = {by_manifest, run_folders, loose};
  return names;
}

Deliveries find_exports(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  check_type(req, options);
  const Objects objects = list_objects(call, text(req.uri));
  std::set<std::string> periods, listed;
  bool any_manifest = false;
  Deliveries all;
  if (options.allows(by_manifest)) all = manifest_units(call, req, options, objects, periods, listed, any_manifest);
  if (all.empty() && !any_manifest && options.allows(run_folders)) all = folder_units(req, options, objects, periods);
  if (all.empty() && periods.empty() && options.allows(loose)) all = loose_units(req, options, objects);
  if (options.layout == "auto" && !all.empty()) warn_of_unlisted(req, options, objects, std::move(listed), all, sink);
  all = text(req.dataset) == "focus" ? all : of_type(all, options, sink);
  if (all.empty())
    throw nothing_found(req, options, "manifest.json with blobs, period folders 20250101-20250131, and loose .csv, .csv.gz, .csv.zip and "
                                      ".parquet files" + (options.type == "auto" ? std::string() : " of type " + options.type),
                        objects.size(), std::vector<std::string>(periods.begin(), periods.end()));
  return all;
}

}  // namespace azure
