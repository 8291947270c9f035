#include "billing_export.h"

#include <algorithm>
#include <functional>

#include <convergence/focus.hpp>
#include <convergence/loose.hpp>

#include "billing_rows.h"
#include "billing_table.h"

namespace gcp {
namespace {

using namespace convergence;

const char bigquery_files[] = "bigquery_files", legacy_daily[] = "legacy_daily", loose[] = "loose";

bool says(const std::string &key, const char *word) { return lower(key).find(word) != std::string::npos; }

// Files of other datasets that may lie below the same root.
bool is_foreign(const std::string &key) {
  return says(key, "cloudaudit") || says(key, "/audit") || starts_with(lower(key), "audit") || says(key, "inventory") ||
         says(key, "instances") || says(key, "focus") || says(key, "manifest");
}

// "google-platform-demo" of "google-platform-demo-2014-01-11.json"; empty when the name is no such file's.
std::string daily_prefix(std::string name) {
  if (ends_with(name, ".json.gz")) name.resize(name.size() - 3);
  if (!ends_with(name, ".json") || name.size() < 17) return std::string();
  const std::string date = name.substr(name.size() - 15, 10);
  const bool dated = leading_date(date) == date && name[name.size() - 16] == '-';
  return dated ? name.substr(0, name.size() - 16) : std::string();
}

// Where the table's name "gcp_billing_export_resource_v1_01AB23_45CD67_89EF01" begins in a place, and the name, of the
// deepest folder that has one, else of the file; empty when the place names no table.
std::string table_of(const std::string &place, std::size_t &begin) {
  const char prefix[] = "gcp_billing_export_";
  begin = folder_of(place).rfind(prefix);
  if (begin == std::string::npos) begin = place.rfind(prefix);
  if (begin == std::string::npos) return std::string();
  std::size_t end = begin;
  while (end < place.size() && (std::isalnum(static_cast<unsigned char>(place[end])) || place[end] == '_')) ++end;
  return place.substr(begin, end - begin);
}

// Whether a name ends with a day, 2025-11-15 or 20251115.
bool ends_with_day(const std::string &name) {
  if (name.size() >= 8 && !only_day_in(name.substr(name.size() - 8)).empty()) return true;
  const std::string last = name.size() >= 10 ? name.substr(name.size() - 10) : std::string();
  return !last.empty() && last[4] == '-' && leading_date(last) == last;
}

// A place with "*" instead of the number that BigQuery gives each of an export's files, bill-000000000002.csv: how many
// there are is chosen anew at each export, so they are one unit.  Only a day may stand before the number without a joint
// (20251115000000000002.csv).  The place itself when its name has no such number.
std::string without_shard(const std::string &place) {
  const std::size_t digits = 12, name = place.size() - base_name(place).size();
  for (std::size_t at = name; at + digits <= place.size(); ++at) {
    const std::string number = place.substr(at, digits);
    const bool begins = at == name || !is_digit(place[at - 1]) || ends_with_day(place.substr(name, at - name));
    const bool ends = at + digits == place.size() || !is_digit(place[at + digits]);
    if (begins && ends && all_digits(number) && starts_with(number, "00000")) return place.substr(0, at) + "*" + place.substr(at + digits);
  }
  return place;
}

// The folders of a path that tell a partition ("2025", "2025-11", "month=11"), or with others the rest.
std::string folders_of(const std::string &path, bool partitions) {
  std::string kept;
  for (const std::string &part : split(path, '/')) {
    const bool partition = !part.empty() && (part.find('=') != std::string::npos || part.find_first_not_of("0123456789-") == std::string::npos);
    if (partition == partitions) kept += part + "/";
  }
  return kept;
}

// The unit of a file of BigQuery.  A table is one source wherever its files lie; a file of it without a day is called by
// its path from the table on, after the partitions above it.
DayUnit exported_unit(const std::string &place) {
  const std::string whole = without_shard(place);
  DayUnit at = day_unit(whole);
  at.whole_file = at.whole_file && whole == place;
  std::size_t begin = 0;
  const std::string table = table_of(whole, begin);
  if (table.empty()) {
    at.source = "gcp:" + at.source;
    return at;
  }
  const std::string above = whole.substr(0, begin);
  at.home = at.day.empty() ? folders_of(above, false) : at.source.substr(0, begin);
  at.source = "gcp:" + table;
  at.whole_file = at.day.empty() && at.whole_file;
  if (at.day.empty()) at.unit = folders_of(folder_of(above), true) + whole.substr(begin);
  return at;
}

// The unit of a legacy daily file: the day of its name, of the prefix in its folder.
DayUnit daily_unit(const std::string &place, const std::string &prefix) {
  DayUnit at;
  at.source = "gcp:" + folder_of(place) + "/" + prefix;
  at.day = at.unit = base_name(place).substr(prefix.size() + 1, 10);
  at.end = place.size();
  return at;
}

// Parquet goes through as it is, and so does a CSV without nested fields; everything else is written anew.
// tell hears which share of the file is read.
StagedFile stage_billing(Call &call, const Object &object, const std::function<void(double)> &tell) {
  const bool json = is_json_name(object.key);
  if (!json) {
    StagedFile file = stage_table(call, object, bill_null_words());
    bool nested = false;
    for (const SourceColumn &c : file.columns) {
      const int column = billing_shape().find(c.name()).column;
      nested = nested || (column >= 0 && !list_fields(billing_shape().specs()[static_cast<std::size_t>(column)]).empty());
    }
    if (file.format == CVG_FMT_PARQUET || !nested || !file.has_rows) return file;
    BillingMapper().schema(file, Delivery());  // refuses a file of another dataset before it is written anew
    RowFile rows(call, object.key, billing_shape());
    BillingRows writer(rows);
    CsvReader reader(object.key, detail::stage_source(call, file.uri));
    CsvRecord record;
    reader.next(record);
    DocumentPlace place;
    place.file = object.key;
    while (reader.next(record)) {
      place.line = reader.line();
      if (record.size() != file.columns.size())
        throw place.error(std::to_string(record.size()) + " fields instead of " + std::to_string(file.columns.size()) + "; mend the row");
      for (std::size_t i = 0; i < record.size(); ++i) {
        const std::string name = file.columns[i].name();
        if (record[i].empty() || std::count(bill_null_words().begin(), bill_null_words().end(), record[i]) > 0) continue;
        writer.set(name, writer.is_list(name) ? BillingRows::nested_value(record[i], name, place) : Json(record[i]), place);
      }
      writer.end(place);
    }
    StagedFile written = rows.finish();
    written.warnings = file.warnings;
    return written;
  }
  const Json copied = call.to_stage(object.key, packing_of(object.key));
  // A day without rows is "[ ]"; of a file without a byte nothing tells whether it was cut.
  if (copied["bytes"].integer() == 0)
    throw Error(CVG_E_DATA, object.key + ", line 1: the file is empty, it has not even a list; deliver it again",
                Json::object().set("file", object.key).set("line", 1));
  RowFile rows(call, object.key, billing_shape());
  BillingRows writer(rows);
  Documents documents(call, object.key, copied["uri"].text());
  uint64_t told = 0;
  documents.each([&](const Json &document, const DocumentPlace &place) {
    writer.add(document, place);
    if (documents.read() == told) return;
    told = documents.read();
    tell(static_cast<double>(told) / static_cast<double>(copied["bytes"].integer()));
  });
  return rows.finish();
}

}  // namespace

Deliveries find_billing(const Objects &objects, const cvg_extract_req &req, const Options &options, Sink &sink) {
  const std::string uri = text(req.uri);
  const bool single = is_single_file(uri, objects);
  DayUnits units(uri, single, options, sink);
  for (const Object &o : objects) {
    const std::string key = o.key.empty() ? base_name(o.place) : o.key;
    if (!single && is_foreign(key)) continue;
    const std::string prefix = daily_prefix(base_name(key));
    if (!prefix.empty() && options.allows(legacy_daily)) units.add(o, daily_unit(o.place, prefix), legacy_daily);
    else if ((is_table_name(key) || is_json_name(key)) && options.allows(bigquery_files))
      units.add(o, exported_unit(o.place), bigquery_files);
  }
  return units.deliveries();
}

void extract_billing_export(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  const Objects objects = list_objects(call, text(req.uri));
  const Deliveries all = find_billing(objects, req, options, sink);
  if (all.empty())
    throw nothing_found(req, options, "files exported from BigQuery (.parquet, .jsonl, .json, .csv, packed or not) and daily files "
                                      "<prefix>-YYYY-MM-DD.json", objects.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Delivery &d = all[i];
    if (!offer(sink, d)) continue;
    std::vector<StagedFile> staged;
    for (const Object &object : d.files) {
      call.stop_if_cancelled();
      const auto tell = [&](double share) {
        call.progress(fraction_of(i, all.size(), static_cast<double>(staged.size()) + share, d.files.size()), 0, object.bytes);
      };
      staged.push_back(stage_billing(call, object, tell));
      tell(0);
    }
    put_staged(sink, d, BillingMapper(), staged);
  }
}

void extract_focus(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  const Objects objects = list_objects(call, text(req.uri));
  Objects tables, named;
  for (const Object &o : objects) {
    const std::string key = o.key.empty() ? text(req.uri) : o.key;
    if (!is_table_name(key)) continue;
    tables.push_back(o);
    if (says(key, "focus")) named.push_back(o);
  }
  const Deliveries all = loose_deliveries("gcp", text(req.uri), named.empty() ? tables : named, options, loose);
  if (all.empty()) throw nothing_found(req, options, "FOCUS files: .csv, .csv.gz, .csv.zip and .parquet", objects.size());
  load_tables(call, sink, all, FocusMapper(), focus_null_words());
}

}  // namespace gcp
