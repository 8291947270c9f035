#include "cur_table.h"

namespace aws {
namespace {

using namespace convergence;

constexpr ColumnSpec text_column(const char *name) { return {name, "VARCHAR", "", "text", ""}; }
constexpr ColumnSpec time_column(const char *name) { return {name, "TIMESTAMP", "", "timestamp", ""}; }
constexpr ColumnSpec money_column(const char *name) { return {name, money_type, "money", "text", ""}; }
constexpr ColumnSpec quantity_column(const char *name) { return {name, quantity_type, "quantity", "text", ""}; }
constexpr ColumnSpec map_column(const char *name) { return {name, map_type, "", "json_map", ""}; }

// The columns of CUR 2.0 (docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html) in alphabetical order.
// Rates are text there, because AWS writes text into them.
const ColumnSpec columns[] = {
    text_column("bill_bill_type"), text_column("bill_billing_entity"), time_column("bill_billing_period_end_date"),
    time_column("bill_billing_period_start_date"), text_column("bill_invoice_id"),
    text_column("bill_invoicing_entity"), text_column("bill_payer_account_id"),
    text_column("bill_payer_account_name"), map_column("cost_category"), map_column("discount"),
    money_column("discount_bundled_discount"), money_column("discount_total_discount"),
    text_column("identity_line_item_id"), text_column("identity_time_interval"),
    text_column("line_item_availability_zone"), money_column("line_item_blended_cost"),
    text_column("line_item_blended_rate"), text_column("line_item_currency_code"),
    text_column("line_item_legal_entity"), text_column("line_item_line_item_description"),
    text_column("line_item_line_item_type"), money_column("line_item_net_unblended_cost"),
    text_column("line_item_net_unblended_rate"), quantity_column("line_item_normalization_factor"),
    quantity_column("line_item_normalized_usage_amount"), text_column("line_item_operation"),
    text_column("line_item_product_code"), text_column("line_item_resource_id"), text_column("line_item_tax_type"),
    money_column("line_item_unblended_cost"), text_column("line_item_unblended_rate"),
    text_column("line_item_usage_account_id"), text_column("line_item_usage_account_name"),
    quantity_column("line_item_usage_amount"), time_column("line_item_usage_end_date"),
    time_column("line_item_usage_start_date"), text_column("line_item_usage_type"), text_column("pricing_currency"),
    text_column("pricing_lease_contract_length"), text_column("pricing_offering_class"),
    money_column("pricing_public_on_demand_cost"), text_column("pricing_public_on_demand_rate"),
    text_column("pricing_purchase_option"), text_column("pricing_rate_code"), text_column("pricing_rate_id"),
    text_column("pricing_term"), text_column("pricing_unit"), map_column("product"), text_column("product_comment"),
    text_column("product_fee_code"), text_column("product_fee_description"), text_column("product_from_location"),
    text_column("product_from_location_type"), text_column("product_from_region_code"),
    text_column("product_instance_family"), text_column("product_instance_type"), text_column("product_instancesku"),
    text_column("product_location"), text_column("product_location_type"), text_column("product_operation"),
    text_column("product_pricing_unit"), text_column("product_product_family"), text_column("product_region_code"),
    text_column("product_servicecode"), text_column("product_sku"), text_column("product_to_location"),
    text_column("product_to_location_type"), text_column("product_to_region_code"), text_column("product_usagetype"),
    money_column("reservation_amortized_upfront_cost_for_usage"),
    money_column("reservation_amortized_upfront_fee_for_billing_period"),
    text_column("reservation_availability_zone"), money_column("reservation_effective_cost"),
    text_column("reservation_end_time"), text_column("reservation_modification_status"),
    money_column("reservation_net_amortized_upfront_cost_for_usage"),
    money_column("reservation_net_amortized_upfront_fee_for_billing_period"),
    money_column("reservation_net_effective_cost"), money_column("reservation_net_recurring_fee_for_usage"),
    money_column("reservation_net_unused_amortized_upfront_fee_for_billing_period"),
    money_column("reservation_net_unused_recurring_fee"), money_column("reservation_net_upfront_value"),
    text_column("reservation_normalized_units_per_reservation"), text_column("reservation_number_of_reservations"),
    money_column("reservation_recurring_fee_for_usage"), text_column("reservation_reservation_a_r_n"),
    text_column("reservation_start_time"), text_column("reservation_subscription_id"),
    text_column("reservation_total_reserved_normalized_units"), text_column("reservation_total_reserved_units"),
    text_column("reservation_units_per_reservation"),
    money_column("reservation_unused_amortized_upfront_fee_for_billing_period"),
    quantity_column("reservation_unused_normalized_unit_quantity"), quantity_column("reservation_unused_quantity"),
    money_column("reservation_unused_recurring_fee"), money_column("reservation_upfront_value"),
    map_column("resource_tags"), money_column("savings_plan_amortized_upfront_commitment_for_billing_period"),
    text_column("savings_plan_end_time"), text_column("savings_plan_instance_type_family"),
    money_column("savings_plan_net_amortized_upfront_commitment_for_billing_period"),
    money_column("savings_plan_net_recurring_commitment_for_billing_period"),
    money_column("savings_plan_net_savings_plan_effective_cost"), text_column("savings_plan_offering_type"),
    text_column("savings_plan_payment_option"), text_column("savings_plan_purchase_term"),
    money_column("savings_plan_recurring_commitment_for_billing_period"), text_column("savings_plan_region"),
    text_column("savings_plan_savings_plan_a_r_n"), money_column("savings_plan_savings_plan_effective_cost"),
    money_column("savings_plan_savings_plan_rate"), text_column("savings_plan_start_time"),
    money_column("savings_plan_total_commitment_to_date"), money_column("savings_plan_used_commitment"),
    quantity_column("split_line_item_actual_usage"), money_column("split_line_item_net_split_cost"),
    money_column("split_line_item_net_unused_cost"), text_column("split_line_item_parent_resource_id"),
    money_column("split_line_item_public_on_demand_split_cost"),
    money_column("split_line_item_public_on_demand_unused_cost"), quantity_column("split_line_item_reserved_usage"),
    money_column("split_line_item_split_cost"), quantity_column("split_line_item_split_usage"),
    quantity_column("split_line_item_split_usage_ratio"), money_column("split_line_item_unused_cost"),
    map_column("x_extra")};

// The MAP columns that stand for a family of columns: resourceTags/user:Name in a legacy CSV, resource_tags_user_name in
// a legacy Parquet file.
struct Family {
  const char *category, *column;
};
const Family families[] = {{"resourceTags", "resource_tags"}, {"costCategory", "cost_category"}, {"product", "product"},
                           {"discount", "discount"}};

// Binds one column; false when neither a column nor a family is called so.
bool bind_column(Binding &binding, const StagedFile &file, std::size_t i) {
  const std::string name = file.columns[i].name();
  for (const Family &family : families) {
    const std::string slashed = std::string(family.category) + "/";
    if (!starts_with(name, slashed)) continue;
    // product/regionCode also fills the column of its own that CUR 2.0 has for it.
    binding.match(file.columns, i, name);
    binding.entry(family.column, file.columns[i], name.substr(slashed.size()));
    return true;
  }
  if (binding.match(file.columns, i, name) < 0) return true;
  for (const Family &family : families) {
    const std::string snake = std::string(family.column) + "_";
    if (!starts_with(name, snake) || binding.is_bound(family.column)) continue;
    binding.entry(family.column, file.columns[i], name.substr(snake.size()));
    return true;
  }
  return false;
}

}  // namespace

const TableShape &cur_shape() {
  static const TableShape shape(columns, sizeof columns / sizeof *columns);
  return shape;
}

Json CurMapper::schema(const StagedFile &file, const Delivery &) const {
  Binding binding(cur_shape());
  // The MAP columns of CUR 2.0 first: a file that has one of its own keeps the family's loose columns in x_extra.
  for (std::size_t i = 0; i < file.columns.size(); ++i)
    for (const Family &family : families)
      if (file.columns[i].name() == family.column) binding.match(file.columns, i, family.column);
  std::vector<std::size_t> extra;
  for (std::size_t i = 0; i < file.columns.size(); ++i) {
    const std::string name = file.columns[i].name();
    const bool whole_map = name == "product" || name == "discount" || name == "resource_tags" || name == "cost_category";
    if (!whole_map && !bind_column(binding, file, i)) extra.push_back(i);
  }
  require_columns(binding, file, "Cost and Usage Report",
                  {{"line_item_unblended_cost", "lineItem/UnblendedCost (line_item_unblended_cost)"},
                   {"line_item_usage_start_date", "lineItem/UsageStartDate (line_item_usage_start_date)"},
                   {"line_item_currency_code", "lineItem/CurrencyCode (line_item_currency_code)"}});
  for (const std::size_t i : extra) binding.entry("x_extra", file.columns[i], file.columns[i].name());
  return binding.schema();
}

Json CurMapper::empty_schema(const Delivery &) const { return Binding(cur_shape()).schema(); }

}  // namespace aws
