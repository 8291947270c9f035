#include "billing_table.h"

namespace gcp {
namespace {

using namespace convergence;

const char label_type[] = "STRUCT(key VARCHAR, value VARCHAR)[]";
const char ancestor_type[] = "STRUCT(resource_name VARCHAR, display_name VARCHAR)[]";
const char tag_type[] = "STRUCT(key VARCHAR, value VARCHAR, inherited BOOLEAN, namespace VARCHAR)[]";
const char credit_type[] = "STRUCT(name VARCHAR, amount DECIMAL(38,24), full_name VARCHAR, id VARCHAR, type VARCHAR)[]";

constexpr ColumnSpec text_column(const char *name) { return {name, "VARCHAR", "", "text", ""}; }
constexpr ColumnSpec time_column(const char *name) { return {name, "TIMESTAMP", "", "timestamp", ""}; }
constexpr ColumnSpec money_column(const char *name) { return {name, money_type, "money", "text", ""}; }
constexpr ColumnSpec quantity_column(const char *name) { return {name, quantity_type, "quantity", "text", ""}; }
constexpr ColumnSpec map_column(const char *name) { return {name, map_type, "", "json_map", ""}; }
constexpr ColumnSpec list_column(const char *name, const char *type) { return {name, type, "", "json_list", ""}; }

// docs.cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage
const ColumnSpec columns[] = {
    text_column("billing_account_id"), text_column("service_id"), text_column("service_description"),
    text_column("sku_id"), text_column("sku_description"), time_column("usage_start_time"),
    time_column("usage_end_time"), text_column("project_id"), text_column("project_number"),
    text_column("project_name"), list_column("project_labels", label_type), text_column("project_ancestry_numbers"),
    list_column("project_ancestors", ancestor_type), list_column("labels", label_type),
    list_column("system_labels", label_type), list_column("tags", tag_type), text_column("location_location"),
    text_column("location_country"), text_column("location_region"), text_column("location_zone"),
    text_column("resource_name"), text_column("resource_global_name"), time_column("export_time"),
    money_column("cost"), money_column("cost_at_list"), money_column("cost_at_effective_price_default"),
    money_column("cost_at_list_consumption_model"), text_column("cost_type"), text_column("currency"),
    quantity_column("currency_conversion_rate"), quantity_column("usage_amount"), text_column("usage_unit"),
    quantity_column("usage_amount_in_pricing_units"), text_column("usage_pricing_unit"),
    list_column("credits", credit_type), text_column("invoice_month"), text_column("invoice_publisher_type"),
    text_column("transaction_type"), text_column("seller_name"), text_column("subscription_instance_id"),
    text_column("consumption_model_id"), text_column("consumption_model_description"),
    text_column("adjustment_info_id"), text_column("adjustment_info_description"),
    text_column("adjustment_info_mode"), text_column("adjustment_info_type"), money_column("price_effective_price"),
    money_column("price_effective_price_default"), money_column("price_list_price"),
    money_column("price_list_price_consumption_model"), quantity_column("price_tier_start_amount"),
    text_column("price_unit"), quantity_column("price_pricing_unit_quantity"), map_column("x_extra")};

}  // namespace

const TableShape &billing_shape() {
  static const TableShape shape(columns, sizeof columns / sizeof *columns);
  return shape;
}

std::vector<std::string> list_fields(const ColumnSpec &column) {
  std::vector<std::string> fields;
  const std::string type = column.type;
  if (!ends_with(type, "[]")) return fields;
  for (std::string field : split(type.substr(7, type.size() - 10), ',')) {
    field.erase(0, field.find_first_not_of(' '));
    // The second half of DECIMAL(38,24) is no field.
    if (!is_digit(field[0])) fields.push_back(field.substr(0, field.find(' ')));
  }
  return fields;
}

Json BillingMapper::schema(const StagedFile &file, const Delivery &) const {
  Binding binding(billing_shape());
  std::vector<std::string> extra;
  for (std::size_t i = 0; i < file.columns.size(); ++i) {
    const int left = binding.match(file.columns, i, file.columns[i].name());
    // A STRUCT with a field that no column takes goes to x_extra as a whole, once.
    if (left >= 0 && std::find(extra.begin(), extra.end(), file.columns[static_cast<std::size_t>(left)].column) == extra.end())
      extra.push_back(file.columns[static_cast<std::size_t>(left)].column);
  }
  require_columns(binding, file, "billing export",
                  {{"cost", "cost"}, {"usage_start_time", "usage_start_time"}, {"currency", "currency"}});
  for (const std::string &name : extra) binding.entry("x_extra", SourceColumn(name), name);
  // A row without them would be a cost of nothing on no day.
  Json all = Json::array();
  const Json bound = binding.schema();
  for (Json column : bound.items()) {
    const std::string &name = column["name"].text();
    if (name == "cost" || name == "usage_start_time") column.set("nullable", false);
    all.push(column);
  }
  return all;
}

Json BillingMapper::empty_schema(const Delivery &) const { return Binding(billing_shape()).schema(); }

}  // namespace gcp
