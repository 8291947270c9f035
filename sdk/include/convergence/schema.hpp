// schema.hpp: the fixed columns of a provider's table, and the binding of a file's columns to them.  A provider lists its
// columns once as ColumnSpecs; a Binding then says for one file where each comes from, and writes cvg_ingest.schema_json.
// Header-only, C++11.  A TableShape is immutable and may be shared by threads; a Binding belongs to one.
#ifndef CONVERGENCE_SCHEMA_HPP
#define CONVERGENCE_SCHEMA_HPP

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "json.hpp"

namespace convergence {

// One column of the target.  role: "money", "quantity" or ""; convert: how text of a CSV becomes the type (see
// cvg_ingest); aliases: further names of the source column, separated by blanks, the best first.
struct ColumnSpec {
  const char *name, *type, *role, *convert, *aliases;
};
static const char *const money_type = "DECIMAL(38,24)";
static const char *const quantity_type = "DECIMAL(38,18)";
static const char *const map_type = "MAP(VARCHAR, VARCHAR)";

// One column of a source file.  A STRUCT of a Parquet file counts as one column per field, with the fields' names in
// path.  text: its values are text (every column of a CSV); otherwise they have a type of their own.
struct SourceColumn {
  std::string column;
  std::vector<std::string> path;
  bool text;

  explicit SourceColumn(std::string name, bool is_text = true) : column(std::move(name)), text(is_text) {}
  // "service.id" for a field of a STRUCT, else the column's own name.
  std::string name() const {
    std::string full = column;
    for (std::size_t i = 0; i < path.size(); ++i) full += "." + path[i];
    return full;
  }
};

// A name without case, blanks, '/', '_', '.' and ':': "lineItem/UnblendedCost" and "line_item_unblended_cost" are equal.
// Bytes beyond ASCII stay.
inline std::string plain_name(const std::string &name) {
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(name[i]);
    if (c >= 'A' && c <= 'Z') plain += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) plain += static_cast<char>(c);
  }
  return plain;
}

class TableShape {
 public:
  struct Hit {
    int column;  // -1: the table has no such column
    int rank;    // 0: its own name, 1 and up: the place among the aliases
  };

  TableShape(const ColumnSpec *specs, std::size_t n) : specs_(specs, specs + n) {
    for (std::size_t i = 0; i < n; ++i) {
      add(specs[i].name, i, 0);
      const std::string aliases = specs[i].aliases;
      int rank = 0;
      for (std::size_t at = 0; at < aliases.size();) {
        std::size_t end = aliases.find(' ', at);
        if (end == std::string::npos) end = aliases.size();
        if (end > at) add(aliases.substr(at, end - at), i, ++rank);
        at = end + 1;
      }
    }
  }
  const std::vector<ColumnSpec> &specs() const { return specs_; }
  // The column that a source name means.
  Hit find(const std::string &name) const {
    const std::map<std::string, Hit>::const_iterator it = by_name_.find(plain_name(name));
    return it == by_name_.end() ? Hit{-1, 0} : it->second;
  }

 private:
  void add(const std::string &name, std::size_t column, int rank) {
    by_name_.insert(std::make_pair(plain_name(name), Hit{static_cast<int>(column), rank}));
  }
  std::vector<ColumnSpec> specs_;
  std::map<std::string, Hit> by_name_;
};

class Binding {
 public:
  explicit Binding(const TableShape &shape) : shape_(&shape), bound_(shape.specs().size()) {}

  // Binds the source column to the target that its name means.  When two mean one target the better rank wins.  Answers
  // the source column that is left without a target (by its place in columns), or -1.
  int match(const std::vector<SourceColumn> &columns, std::size_t index, const std::string &name) {
    const TableShape::Hit hit = shape_->find(name);
    if (hit.column < 0) return static_cast<int>(index);
    Bound &b = bound_[static_cast<std::size_t>(hit.column)];
    if (b.source >= 0 && b.rank <= hit.rank) return static_cast<int>(index);
    const int loser = b.source;
    b.source = static_cast<int>(index);
    b.rank = hit.rank;
    b.column = SourceColumn(columns[index]);
    return loser;
  }
  bool is_bound(const std::string &target) const { return bound_[at(target)].source >= 0; }

  // Adds an entry to a MAP column.  An entry whose key is there already keeps both: the later one gets " (2)" and so on.
  void entry(const std::string &target, const SourceColumn &source, const std::string &key) {
    Bound &b = bound_[at(target)];
    std::string unique = key;
    for (int n = 2; b.keys.count(unique); ++n) unique = key + " (" + std::to_string(n) + ")";
    b.keys[unique] = true;
    b.entries.push_back(std::make_pair(source.column, unique));
  }
  // The same text in every row.
  void constant(const std::string &target, const std::string &value) {
    bound_[at(target)].value = value;
    bound_[at(target)].has_value = true;
  }
  // Another conversion than the column's usual one, for this file.
  void convert(const std::string &target, const std::string &name) { bound_[at(target)].convert = name; }

  // cvg_ingest.schema_json: every column of the table in its order.
  Json schema() const {
    Json all = Json::array();
    for (std::size_t i = 0; i < bound_.size(); ++i) all.push(column(i));
    return all;
  }

 private:
  struct Bound {
    int source = -1, rank = 0;
    SourceColumn column = SourceColumn(std::string());
    std::vector<std::pair<std::string, std::string>> entries;
    std::map<std::string, bool> keys;
    std::string value, convert;
    bool has_value = false;
  };

  Json column(std::size_t i) const {
    const ColumnSpec &spec = shape_->specs()[i];
    const Bound &b = bound_[i];
    Json c = Json::object().set("name", spec.name).set("type", spec.type);
    if (spec.role[0]) c.set("role", spec.role);
    c.set("nullable", true);
    if (b.has_value) return c.set("value", b.value);
    if (b.source < 0 && !b.entries.empty()) {
      Json pairs = Json::array();
      for (std::size_t k = 0; k < b.entries.size(); ++k)
        pairs.push(Json::array().push(b.entries[k].first).push(b.entries[k].second));
      return c.set("from", pairs);
    }
    c.set("from", b.source < 0 ? std::string() : b.column.name());
    if (b.source < 0) return c;
    return c.set("convert", !b.column.text ? std::string("native") : !b.convert.empty() ? b.convert : std::string(spec.convert));
  }
  std::size_t at(const std::string &target) const {
    for (std::size_t i = 0; i < bound_.size(); ++i)
      if (target == shape_->specs()[i].name) return i;
    throw std::out_of_range("no column " + target);
  }

  const TableShape *shape_;
  std::vector<Bound> bound_;
};

}  // namespace convergence
#endif
