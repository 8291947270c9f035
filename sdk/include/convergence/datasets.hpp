// datasets.hpp: a provider that is a table of datasets, and a dataset whose delivery is JSON documents (pages of a list call,
// log files).  Header-only, C++11.
#ifndef CONVERGENCE_DATASETS_HPP
#define CONVERGENCE_DATASETS_HPP

#include <string>
#include <vector>

#include "credentials.hpp"
#include "documents.hpp"
#include "loose.hpp"
#include "plugin.hpp"

namespace convergence {

// What a dataset does with a request: read what lies below the root and hand it to the sink.
typedef void (*ExtractDataset)(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink);

// A row of a provider's table.
struct Dataset {
  const char *name, *summary;
  std::vector<std::string> layouts;  // what source.options.layout may force
  ExtractDataset extract;
};

// The provider of a cloud.  Cloud is a struct of four static functions: const char *name(), const char *summary(), const
// std::vector<Dataset> &datasets(), which outlives the provider, and void check_credentials(const Json &document), which
// throws for a document that cannot be right.  Its configuration is the credentials that a tenant has checked.
template <class Cloud>
class DatasetProvider : public Provider {
 public:
  explicit DatasetProvider(const Json &config) : credentials_(config["credentials"]) {}

  static Json describe() {
    const Json members = Json::object().set("credentials", credentials_schema());
    const Json config = Json::object().set("type", "object").set("properties", members).set("additionalProperties", false);
    return Json::object().set("summary", Cloud::summary()).set("config_schema", config).set("grants", Json::object())
        .set("datasets", datasets_json());
  }
  void check(Call &call) override {
    Cloud::check_credentials(credentials_);
    note_unreached(call);
  }
  Json discover(Call &) override { return Json::object().set("datasets", datasets_json()); }

  // CVG_E_CONFIG, with the field source.dataset, for a dataset that is not in the table.
  void extract(Call &call, const cvg_extract_req &req, Sink &sink) override {
    const Dataset &dataset = find(text(req.dataset));
    dataset.extract(call, req, Options::parse(req, dataset.layouts), sink);
  }

 private:
  static Json datasets_json() {
    Json all = Json::array();
    for (const Dataset &d : Cloud::datasets()) {
      Json layouts = Json::array();
      for (const std::string &layout : d.layouts) layouts.push(layout);
      all.push(Json::object().set("name", d.name).set("summary", d.summary).set("layouts", layouts));
    }
    return all;
  }
  static const Dataset &find(const std::string &name) {
    std::string known;
    for (const Dataset &d : Cloud::datasets()) {
      if (name == d.name) return d;
      known += (known.empty() ? "" : ", ") + std::string(d.name);
    }
    throw Error(CVG_E_CONFIG, std::string("provider ") + Cloud::name() + " has no dataset '" + name + "'; it has " + known,
                Json::object().set("field", "source.dataset"));
  }

  const Json credentials_;
};

// How the files of a dataset of documents are told from others below the same root, and what they are.
struct DocumentSet {
  const char *source;      // "aws:ec2_inventory": who delivers; the place follows
  const char *layout;      // the name of the layout
  const char *looked_for;  // for the sentence when nothing is found
  bool snapshot;           // the pages of a folder are one snapshot, not a unit each
  std::vector<std::string> own, foreign;  // parts of names, in lower case

  DocumentSet(const char *source_, const char *layout_, const char *looked_for_, bool snapshot_, std::vector<std::string> own_,
              std::vector<std::string> foreign_ = std::vector<std::string>())
      : source(source_), layout(layout_), looked_for(looked_for_), snapshot(snapshot_), own(own_), foreign(foreign_) {}

  // The JSON files whose keys hold no foreign part; those with a part of our own alone, when any has one.
  Objects files_of(const Objects &objects, const std::string &uri) const {
    Objects all, named;
    for (const Object &o : objects) {
      const std::string name = lower(o.key.empty() ? uri : o.key);
      if (!is_json_name(name) || holds_any(name, foreign)) continue;
      all.push_back(o);
      if (holds_any(name, own)) named.push_back(o);
    }
    return named.empty() ? all : named;
  }

 private:
  static bool holds_any(const std::string &name, const std::vector<std::string> &parts) {
    for (const std::string &part : parts)
      if (name.find(part) != std::string::npos) return true;
    return false;
  }
};

// Reads the set's files by day into the sink, the files of a day as one table.  CVG_E_NOT_FOUND when there are none; read
// throws CVG_E_DATA with file and field for a document that is no such page.
inline void extract_documents(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink, const DocumentSet &set,
                              const TableShape &shape, const DocumentReader &read) {
  const std::string uri = text(req.uri);
  const Objects objects = list_objects(call, uri);
  DayUnits units(uri, is_single_file(uri, objects), options, sink);
  for (const Object &o : set.files_of(objects, uri)) {
    DayUnit at = day_unit(o.place, set.snapshot);
    at.source = std::string(set.source) + ":" + at.source;
    units.add(o, at, set.layout);
  }
  const Deliveries all = units.deliveries();
  if (all.empty()) throw nothing_found(req, options, set.looked_for, objects.size());
  load_documents(call, sink, all, shape, true, read);
}

}  // namespace convergence
#endif
