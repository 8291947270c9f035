// delivery.hpp: what a provider finds below a root: objects, the options of the template, manifests' file lists, and the
// delivery (one unit) that it offers to the sink.  Header-only, C++11.
#ifndef CONVERGENCE_DELIVERY_HPP
#define CONVERGENCE_DELIVERY_HPP

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "calendar.hpp"
#include "digest.hpp"
#include "plugin.hpp"

namespace convergence {

struct Object {
  std::string key;
  std::string place;  // its whole address, the same below every root: "file:///exports/acme/bill.csv"
  uint64_t bytes = 0;
  int64_t modified_ms = 0;
};
typedef std::vector<Object> Objects;

inline bool ends_with(const std::string &s, const std::string &end) {
  return s.size() >= end.size() && s.compare(s.size() - end.size(), end.size(), end) == 0;
}
inline bool starts_with(const std::string &s, const std::string &begin) { return s.compare(0, begin.size(), begin) == 0; }
inline std::string lower(std::string s) {
  for (std::size_t i = 0; i < s.size(); ++i)
    if (s[i] >= 'A' && s[i] <= 'Z') s[i] = static_cast<char>(s[i] - 'A' + 'a');
  return s;
}
// "a/b/c.csv" -> "c.csv"; and its folder "a/b" (empty at the top).
inline std::string base_name(const std::string &key) {
  const std::size_t slash = key.rfind('/');
  return slash == std::string::npos ? key : key.substr(slash + 1);
}
inline std::string folder_of(const std::string &key) {
  const std::size_t slash = key.rfind('/');
  return slash == std::string::npos ? std::string() : key.substr(0, slash);
}
inline std::vector<std::string> split(const std::string &s, char at) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == at) parts.push_back(std::string());
    else parts.back() += s[i];
  }
  return parts;
}

inline std::string join(const std::vector<std::string> &parts, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += (i > begin ? "/" : "") + parts[i];
  return text;
}

// A file that holds a table by its name: .csv and .parquet, packed or not.
inline bool is_parquet_name(const std::string &key) { return ends_with(lower(key), ".parquet"); }
inline bool is_table_name(const std::string &key) {
  const std::string k = lower(key);
  return is_parquet_name(k) || ends_with(k, ".csv") || ends_with(k, ".csv.gz") || ends_with(k, ".csv.zip") ||
         ends_with(k, ".zip");
}
// A file that holds JSON documents or lines by its name.
inline bool is_json_name(const std::string &key) {
  static const char *const ends[] = {".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"};
  for (std::size_t i = 0; i < sizeof ends / sizeof *ends; ++i)
    if (ends_with(lower(key), ends[i])) return true;
  return false;
}

// A root in the one form that all its spellings have: no empty parts, no slash at the end, %XX decoded, no localhost.  The
// host refuses parts that are '.' or '..'.
inline std::string plain_uri(const std::string &uri) {
  const std::size_t colon = uri.find("://");
  const std::string scheme = lower(uri.substr(0, colon == std::string::npos ? 0 : colon));
  std::string decoded;
  for (std::size_t i = colon == std::string::npos ? 0 : colon + 3; i < uri.size(); ++i) {
    static const std::string digits = "0123456789abcdef";
    const std::string code = lower(uri.substr(i + 1, 2));
    const bool coded = uri[i] == '%' && code.size() == 2 && digits.find(code[0]) != std::string::npos && digits.find(code[1]) != std::string::npos;
    decoded += coded ? static_cast<char>(digits.find(code[0]) * 16 + digits.find(code[1])) : uri[i];
    if (coded) i += 2;
  }
  const std::vector<std::string> parts = split(decoded, '/');
  const bool file = scheme == "file", host = !scheme.empty() && !file && scheme != "sample";
  std::string plain;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty() || (file && i == 0)) continue;
    plain += (plain.empty() && !file ? "" : "/") + (host && i == 0 ? lower(parts[i]) : parts[i]);
  }
  return scheme.empty() ? plain : scheme + "://" + plain;
}

// True when the root names one file instead of a folder.
inline bool is_single_file(const std::string &uri, const Objects &objects) {
  if (objects.size() != 1) return false;
  const std::string &key = objects[0].key;
  return key.empty() || (key.find('/') == std::string::npos && ends_with(plain_uri(uri), "/" + key));
}

// Every object below the root but hidden ones (a part of the key begins with '.', or the name with '_').  A missing root
// is CVG_E_NOT_FOUND from the host.
inline Objects list_objects(Call &call, const std::string &uri) {
  const Json listed = call.list("");
  Objects objects;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const Json &j = listed.items()[i];
    Object o;
    o.key = j["key"].text();
    o.bytes = static_cast<uint64_t>(j["bytes"].integer());
    o.modified_ms = j["modified_ms"].integer();
    const bool hidden = starts_with(o.key, ".") || o.key.find("/.") != std::string::npos ||
                        starts_with(base_name(o.key), "_");
    if (!hidden) objects.push_back(o);
  }
  const std::string root = plain_uri(uri);
  const bool single = is_single_file(uri, objects);
  for (std::size_t i = 0; i < objects.size(); ++i)
    objects[i].place = single ? root : root + (root == "sample://" ? "" : "/") + objects[i].key;
  return objects;
}

// The template's source.options.  A period or day that is empty or "all" selects everything.
struct Options {
  std::string period;  // "2025-11"
  std::string day;     // "2025-11-15", from date
  std::string layout;  // "auto" or a layout's name
  std::string type;    // Azure: "auto", "actual", "amortized", "all"

  // Refuses an unknown option or a value that cannot be read, naming what is known.
  static Options parse(const cvg_extract_req &req, const std::vector<std::string> &layouts) {
    const std::string given = text(req.options_json);
    const Json json = given.empty() ? Json::object() : Json::parse(given);
    Options o;
    o.layout = "auto";
    o.type = "auto";
    for (std::size_t i = 0; i < json.members().size(); ++i) {
      const std::string &name = json.members()[i].first;
      const std::string value = json.members()[i].second.text_or("");
      if (name == "billing_period") o.period = month_of(date_option(name, value, 7));
      else if (name == "date") o.day = date_option(name, value, 10);
      else if (name == "layout" && !value.empty()) o.layout = value;
      else if (name == "type" && !value.empty()) o.type = lower(value);
      else if (name != "layout" && name != "type")
        throw Error(CVG_E_CONFIG, "source.options." + name + " is unknown; known are billing_period, date, layout, type",
                    Json::object().set("field", "source.options." + name));
    }
    if (o.layout != "auto" && std::find(layouts.begin(), layouts.end(), o.layout) == layouts.end()) {
      std::string known = "auto";
      for (std::size_t i = 0; i < layouts.size(); ++i) known += ", " + layouts[i];
      throw Error(CVG_E_CONFIG, "source.options.layout is '" + o.layout + "'; dataset " + text(req.dataset) + " knows " + known,
                  Json::object().set("field", "source.options.layout"));
    }
    return o;
  }
  bool allows(const std::string &name) const { return layout == "auto" || layout == name; }
  // " for 2025-11", for messages.
  std::string scope() const { return !period.empty() ? " for billing period " + period : !day.empty() ? " for " + day : ""; }

 private:
  static std::string date_option(const std::string &name, const std::string &value, std::size_t length) {
    if (value.empty() || value == "all") return std::string();
    const std::string date = leading_date(value);
    if (date.size() >= length) return date;
    throw Error(CVG_E_CONFIG, "source.options." + name + " is '" + value + "'; write it as " +
                                  (length == 7 ? "2025-11, or a day of it as 2025-11-15" : "2025-11-15"),
                Json::object().set("field", "source.options." + name));
  }
};

// One unit as it will be offered to the sink.
struct Delivery {
  std::string source, unit, version, layout;
  std::string manifest_key, manifest_text;  // empty without a manifest
  Objects files;
  // False when the object is among the files already.
  bool add_file(const Object &object) {
    for (std::size_t i = 0; i < files.size(); ++i)
      if (files[i].key == object.key) return false;
    files.push_back(object);
    return true;
  }
  int64_t expected_rows = -1;  // what the manifest promises; -1: nothing
  std::string tag;             // the provider's own mark: the type of an Azure export, the payer of an AWS one
  std::string folder;          // where the export lies, for messages

  // A digest over the manifest and over place, size and time of every file.
  std::string fingerprint() const {
    Sha256 digest;
    digest.add_field(manifest_text);
    for (std::size_t i = 0; i < files.size(); ++i) {
      digest.add_field(files[i].place);
      digest.add_field(std::to_string(files[i].bytes));
      digest.add_field(std::to_string(files[i].modified_ms));
    }
    return "sha256:" + digest.hex();
  }
  // version from the newest of the files (and the time given), for layouts that carry no time of their own.
  void version_from_files(int64_t newest_ms = 0) {
    for (std::size_t i = 0; i < files.size(); ++i) newest_ms = std::max(newest_ms, files[i].modified_ms);
    version = "modified:" + instant_text(newest_ms);
  }
};
typedef std::vector<Delivery> Deliveries;

// A place (or a manifest's key) taken apart at its deepest period folder.
struct PeriodPath {
  std::string before, period, after;  // "file:///p/report", "2018-08", "uuid/report-00001.csv.gz"
  std::string folder;                 // before and the period's folder: what one period's files lie in

  // period_at answers the month that the folder at i tells, empty when it is no period, and how many parts that takes.
  template <class PeriodAt>
  PeriodPath(const std::string &place, const PeriodAt &period_at) {
    const std::vector<std::string> all = split(place, '/');
    const std::vector<std::string> folders(all.begin(), all.end() - 1);
    for (std::size_t i = folders.size(); i-- > 0 && period.empty();) {
      std::size_t parts = 1;
      period = period_at(folders, i, parts);
      if (period.empty()) continue;
      before = join(all, 0, i);
      folder = join(all, 0, i + parts);
      after = join(all, i + parts, all.size());
    }
    if (period.empty()) before = place;
  }
  // False when the root lies below the period's folder: a period is replaced whole.
  bool shows_whole_period(const std::string &root) const { return !starts_with(root, folder + "/"); }
};
inline Error part_of_period(const std::string &root, const PeriodPath &path) {
  return Error(CVG_E_CONFIG, "the source " + root + " is a part of the period " + path.period + ", which is replaced whole: take " +
                                 path.before + " (every period) or " + path.folder + " as the source",
               Json::object().set("field", "source"));
}
// Tells what lies below the root and is in no unit, by folder: nobody would miss its money in the tables.
// left: how many files of each place; why: what those that are read have and these have not.
inline void warn_left_alone(Sink &sink, const std::map<std::string, std::size_t> &left, const std::string &why) {
  const std::size_t named_max = 8;
  std::string places;
  std::size_t named = 0;
  for (std::map<std::string, std::size_t>::const_iterator it = left.begin(); it != left.end() && named < named_max; ++it, ++named)
    places += (named ? ", " : "") + it->first + " (" + std::to_string(it->second) + (it->second == 1 ? " file)" : " files)");
  if (left.empty()) return;
  if (left.size() > named) places += " and " + std::to_string(left.size() - named) + " places more";
  sink.warn("left alone below the source, because " + why + ": " + places +
            "; what of it is to be in the table, ingest from there as a source of its own");
}
// A root that shows the files of an export but not its manifests.
inline Error part_of_export(const std::string &root, const PeriodPath &path) {
  return Error(CVG_E_CONFIG, "the source " + root + " is a part of an export and does not show its manifests: take " +
                                 folder_of(path.before) + " as the source", Json::object().set("field", "source"));
}

// Finds the object that a manifest names.  Manifests give the key in the bucket; the root may lie deeper (a prefix is
// missing from our keys), higher (our keys carry more), or hold a copy under another prefix.  So the two must agree to the
// end of the shorter one; or in two parts at least, when what our key has before them stands before the manifest, too.
// A key may begin with '/' or be an s3://, gs:// or https:// URL.  Of several objects the one that agrees in most parts
// wins, then the one closest to the manifest.  Null when nothing fits.
class ObjectIndex {
 public:
  explicit ObjectIndex(const Objects &objects) : objects_(&objects) {
    for (std::size_t i = 0; i < objects.size(); ++i) by_name_[base_name(objects[i].key)].push_back(i);
  }
  const Object *find(std::string listed, const std::string &manifest_key) const {
    const std::size_t scheme = listed.find("://");
    if (scheme != std::string::npos) listed.erase(0, scheme + 3);
    while (!listed.empty() && listed[0] == '/') listed.erase(0, 1);
    const Object *best = look_up(listed, manifest_key);
    // Without the bucket's name, when the root is the bucket's parent under another name.
    const std::size_t slash = listed.find('/');
    if (!best && scheme != std::string::npos && slash != std::string::npos) best = look_up(listed.substr(slash + 1), manifest_key);
    return best;
  }

 private:
  const Object *look_up(const std::string &listed, const std::string &manifest_key) const {
    const std::map<std::string, std::vector<std::size_t>>::const_iterator it = by_name_.find(base_name(listed));
    if (it == by_name_.end()) return nullptr;
    const std::vector<std::string> wanted = split(listed, '/');
    const Object *best = nullptr;
    std::size_t best_parts = 0, best_shared = 0;
    for (std::size_t i = 0; i < it->second.size(); ++i) {
      const Object &o = (*objects_)[it->second[i]];
      const std::size_t parts = parts_in_common(split(o.key, '/'), wanted, manifest_key);
      std::size_t shared = 0;
      while (shared < o.key.size() && shared < manifest_key.size() && o.key[shared] == manifest_key[shared]) ++shared;
      if (parts == 0 || parts < best_parts || (parts == best_parts && shared <= best_shared && best)) continue;
      best = &o;
      best_parts = parts;
      best_shared = shared;
    }
    return best;
  }
  // How many parts at the end are equal; 0 when that does not make the object the listed one.
  static std::size_t parts_in_common(const std::vector<std::string> &own, const std::vector<std::string> &listed,
                                     const std::string &manifest_key) {
    std::size_t n = 0;
    while (n < own.size() && n < listed.size() && own[own.size() - 1 - n] == listed[listed.size() - 1 - n]) ++n;
    if (n == own.size() || n == listed.size()) return n;
    if (n < 2) return 0;
    std::string before;
    for (std::size_t i = 0; i + n < own.size(); ++i) before += own[i] + "/";
    return starts_with(manifest_key, before) ? n : 0;
  }
  const Objects *objects_;
  std::map<std::string, std::vector<std::size_t>> by_name_;
};

// Reads a small text object (a manifest) whole; larger than 16 MiB is CVG_E_LIMIT.
inline std::string read_text(Call &call, const Object &object) {
  const uint64_t manifest_bytes_max = uint64_t(16) << 20;
  if (object.bytes > manifest_bytes_max)
    throw Error(CVG_E_LIMIT, object.key + " has " + std::to_string(object.bytes) + " bytes; a manifest may have 16 MiB (manifest_bytes_max)");
  std::string all;
  while (all.size() < object.bytes) {
    const std::string more = call.read_range(object.key, all.size(), object.bytes - all.size());
    if (more.empty()) break;
    all += more;
  }
  return all;
}
inline Json read_manifest(Call &call, const Object &object, std::string &manifest_text) {
  manifest_text = read_text(call, object);
  try {
    const std::size_t skip = starts_with(manifest_text, "\xEF\xBB\xBF") ? 3 : 0;
    Json json = Json::parse(manifest_text.data() + skip, manifest_text.size() - skip);
    if (json.is_object()) return json;
  } catch (const JsonError &e) {
    throw Error(CVG_E_DATA, object.key + ", byte " + std::to_string(e.offset) + ": the manifest is no JSON (" + e.what() +
                                "); deliver it again", Json::object().set("file", object.key));
  }
  throw Error(CVG_E_DATA, object.key + ": the manifest is no JSON object; deliver it again", Json::object().set("file", object.key));
}
// A file that a manifest lists twice would be loaded twice.
inline Error repeated_file(const std::string &listed, const std::string &manifest) {
  return Error(CVG_E_DATA, manifest + " lists " + listed + " more than once; the manifest is damaged: deliver it again",
               Json::object().set("file", listed).set("manifest", manifest));
}
inline Error missing_file(const std::string &listed, const std::string &manifest) {
  return Error(CVG_E_DATA, manifest + " lists " + listed + ", which is not below the source's root; the delivery is incomplete: "
                               "wait for it, or deliver it again", Json::object().set("file", listed).set("manifest", manifest));
}

}  // namespace convergence
#endif
