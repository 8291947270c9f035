#include "billing_rows.h"

#include "billing_table.h"
#include "python_literal.h"

namespace gcp {
namespace {

using namespace convergence;

// True for a decimal numeral that DECIMAL(38,24) holds without loss: at most 24 fraction and 14 integer digits.
bool is_money(const std::string &text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  std::string digits;
  long fraction = 0;
  bool point = false;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !point)); ++at) {
    if (text[at] == '.') { point = true; continue; }
    digits += text[at];
    if (point) ++fraction;
  }
  if (digits.empty()) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const std::string exponent = text.substr(at + 1);
    const std::string number = exponent.substr(exponent.find_first_not_of("+-") == 1 ? 1 : 0);
    if (!all_digits(number) || number.size() > 3) return false;
    fraction -= std::stol(exponent);
    at = text.size();
  }
  if (at != text.size()) return false;
  while (digits.size() > 1 && digits.back() == '0') { digits.pop_back(); --fraction; }
  digits.erase(0, digits.find_first_not_of('0') == std::string::npos ? digits.size() - 1 : digits.find_first_not_of('0'));
  return digits == "0" || (fraction <= 24 && static_cast<long>(digits.size()) - fraction <= 14);
}

// A list of objects with exactly the column's fields, values as text; labels may come as one object.
std::string list_text(const Json &value, const std::vector<std::string> &fields, const std::string &name, const DocumentPlace &place) {
  Json items = Json::array();
  if (value.is_object())
    for (const Json::Member &m : value.members()) items.push(Json::object().set("key", m.first).set("value", m.second));
  else items = value;
  if (!items.is_array()) throw place.error("'" + RowFile::cell_text(value).substr(0, 80) + "' is no list", name);
  Json out = Json::array();
  for (const Json &item : items.items()) {
    Json object = Json::object();
    for (const std::string &field : fields) {
      const Json &v = item[field];
      if (field == "amount" && !v.is_null() && !is_money(v.text()))
        throw place.error("'" + RowFile::cell_text(v) + "' is no amount that DECIMAL(38,24) holds", name + ".amount");
      object.set(field, v.is_null() || v.is_bool() ? v : Json(RowFile::cell_text(v)));
    }
    out.push(object);
  }
  return out.dump();
}

// "com.google.cloud/services/big-query/Analysis" -> "com.google.cloud/services/big-query".
std::string service_of(const std::string &line_item) { return folder_of(line_item); }

}  // namespace

const BillingRows::Column &BillingRows::column(const std::string &field) {
  const auto known = columns_.find(field);
  if (known != columns_.end()) return known->second;
  Column c;
  c.index = billing_shape().find(field).column;
  if (c.index >= 0) c.list = list_fields(billing_shape().specs()[static_cast<std::size_t>(c.index)]);
  return columns_.emplace(field, c).first->second;
}

bool BillingRows::is_list(const std::string &field) { return !column(field).list.empty(); }

void BillingRows::set(const std::string &field, const Json &value, const DocumentPlace &place) {
  if (value.is_null()) return;
  const Column &c = column(field);
  if (c.index >= 0 && !c.list.empty()) {
    rows_.cell(static_cast<std::size_t>(c.index)) = list_text(value, c.list, field, place);
  } else if (c.index >= 0 && !value.is_object() && !value.is_array()) {
    rows_.cell(static_cast<std::size_t>(c.index)) = RowFile::cell_text(value);
  } else if (value.is_object() && c.index < 0) {
    for (const Json::Member &m : value.members()) set(field + "." + m.first, m.second, place);
  } else {
    extra_.set(field, RowFile::cell_text(value));
  }
}

void BillingRows::end(const DocumentPlace &place) {
  if (extra_.size()) rows_.set("x_extra", extra_);
  extra_ = Json::object();
  rows_.end_row(place);
}

void BillingRows::add(const Json &document, const DocumentPlace &place) {
  if (!document.is_object()) throw place.error("a billing row must be a JSON object");
  if (document.find("lineItemId")) { add_legacy(document, place); return; }
  if (!document.find("cost") || !document.find("usage_start_time"))
    throw place.error("no billing row: it has neither cost and usage_start_time (an export of BigQuery) nor lineItemId (a daily "
                      "file); choose the dataset that the file belongs to", "cost");
  for (const char *const field : {"cost", "usage_start_time"})
    if (document[field].is_null()) throw place.error("is null; a billing row must tell it", field);
  for (const Json::Member &m : document.members()) set(m.first, m.second, place);
  end(place);
}

void BillingRows::add_legacy(const Json &document, const DocumentPlace &place) {
  if (document["cost"]["amount"].is_null()) throw place.error("an item without cost.amount", "cost.amount");
  const std::string &id = document["lineItemId"].text();
  rows_.cell("sku_id") = id;
  rows_.cell("service_id") = service_of(id);
  rows_.cell("service_description") = base_name(service_of(id));
  rows_.cell("sku_description") = document["description"].text_or(base_name(id));
  rows_.set("usage_start_time", document["startTime"]);
  rows_.set("usage_end_time", document["endTime"]);
  rows_.set("billing_account_id", document["accountId"]);
  rows_.set("project_number", document["projectNumber"]);
  rows_.set("project_id", document["projectId"]);
  rows_.set("project_name", document["projectName"]);
  rows_.set("cost", document["cost"]["amount"]);
  rows_.set("currency", document["cost"]["currency"]);
  rows_.cell("cost_type") = "regular";
  const Json &measurements = document["measurements"];
  if (measurements.size() >= 1) {
    rows_.set("usage_amount", measurements.items()[0]["sum"]);
    rows_.set("usage_unit", measurements.items()[0]["unit"]);
  }
  if (measurements.size() > 1) extra_.set("measurements", measurements.dump());
  if (document.find("projectLabels")) set("project.labels", document["projectLabels"], place);
  Json credits = Json::array();
  for (const Json &credit : document["credits"].items())
    credits.push(Json::object().set("name", credit["creditId"]).set("id", credit["creditId"]).set("amount", credit["amount"]));
  set("credits", credits, place);
  const std::string taken = "lineItemId startTime endTime accountId projectNumber projectId projectName projectLabels cost "
                            "measurements description credits";
  const std::string rest = rest_of(document, taken);
  const Json others = rest.empty() ? Json::object() : Json::parse(rest);
  for (const Json::Member &m : others.members()) extra_.set(m.first, m.second);
  end(place);
}

Json BillingRows::nested_value(const std::string &text, const std::string &field, const DocumentPlace &place) {
  if (text.find_first_not_of(" \t") == std::string::npos) return Json();
  try {
    return Json::parse(text);
  } catch (const JsonError &) {
    // No JSON: what is left is Python's repr, read below.
  }
  try {
    return parse_python_literal(text);
  } catch (const JsonError &e) {
    throw place.error(std::string("neither JSON nor Python's list of dicts: ") + e.what() + " at byte " + std::to_string(e.offset), field);
  }
}

}  // namespace gcp
