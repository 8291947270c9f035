#include "cost_table.h"

namespace azure {
namespace {

using namespace convergence;

constexpr ColumnSpec text_column(const char *name, const char *aliases = "") { return {name, "VARCHAR", "", "text", aliases}; }
constexpr ColumnSpec day_column(const char *name, const char *aliases = "") { return {name, "DATE", "", "date_mdy", aliases}; }
constexpr ColumnSpec money_column(const char *name, const char *aliases = "") { return {name, money_type, "money", "text", aliases}; }
constexpr ColumnSpec quantity_column(const char *name, const char *aliases = "") {
  return {name, quantity_type, "quantity", "text", aliases};
}
constexpr ColumnSpec flag_column(const char *name) { return {name, "BOOLEAN", "", "text", ""}; }
constexpr ColumnSpec map_column(const char *name) { return {name, map_type, "", "json_map", ""}; }

// The columns of EA and MCA exports (learn.microsoft.com/azure/cost-management-billing/automate/understand-usage-details-fields)
// in alphabetical order; the aliases are the names of other agreements and of older versions.
const ColumnSpec columns[] = {
    text_column("account_name"), text_column("account_owner_id"), text_column("additional_info"),
    text_column("availability_zone"), text_column("benefit_id"), text_column("benefit_name"),
    text_column("billing_account_id"), text_column("billing_account_name"),
    text_column("billing_currency", "BillingCurrencyCode Currency"), day_column("billing_period_end_date"),
    day_column("billing_period_start_date"), text_column("billing_profile_id"), text_column("billing_profile_name"),
    text_column("charge_type"), text_column("consumed_service"),
    money_column("cost", "CostInBillingCurrency PreTaxCost"), text_column("cost_allocation_rule_name"),
    text_column("cost_center"), money_column("cost_in_pricing_currency"), money_column("cost_in_usd"),
    day_column("date", "UsageDateTime UsageDate"), money_column("effective_price", "ResourceRate"),
    day_column("exchange_rate_date"), quantity_column("exchange_rate_pricing_to_billing", "ExchangeRate"),
    text_column("frequency"), text_column("invoice_id"), text_column("invoice_section_id"),
    text_column("invoice_section_name", "InvoiceSection"), flag_column("is_azure_credit_eligible"),
    text_column("location"), money_column("market_price"), text_column("meter_category"), text_column("meter_id"),
    text_column("meter_name"), text_column("meter_region"), text_column("meter_sub_category"),
    text_column("offer_id"), text_column("part_number"), text_column("partner_earned_credit_applied"),
    text_column("partner_earned_credit_rate"), text_column("partner_name"), text_column("partner_tenant_id"),
    money_column("pay_g_price"), money_column("payg_cost_in_billing_currency"), money_column("payg_cost_in_usd"),
    text_column("plan_name"), text_column("previous_invoice_id"),
    text_column("pricing_currency", "PricingCurrencyCode"), text_column("pricing_model"), text_column("product_id"),
    text_column("product_name", "Product"), text_column("product_order_id"), text_column("product_order_name"),
    text_column("provider"), text_column("publisher_id"), text_column("publisher_name"),
    text_column("publisher_type"), quantity_column("quantity", "UsageQuantity"), text_column("reservation_id"),
    text_column("reservation_name"), text_column("reseller_mpn_id"), text_column("reseller_name"),
    text_column("resource_group", "ResourceGroupName"), text_column("resource_id", "InstanceId InstanceName"),
    text_column("resource_location"), text_column("resource_name"), text_column("resource_type"),
    text_column("service_family"), text_column("service_info1"), text_column("service_info2"),
    text_column("service_name"), day_column("service_period_end_date"), day_column("service_period_start_date"),
    text_column("service_tier"), text_column("subscription_id", "SubscriptionGuid"),
    text_column("subscription_name"), map_column("tags"), text_column("term"), text_column("unit_of_measure"),
    money_column("unit_price"), text_column("x_cost_type"), map_column("x_extra")};

}  // namespace

const TableShape &cost_shape() {
  static const TableShape shape(columns, sizeof columns / sizeof *columns);
  return shape;
}

std::string plain_header(const std::string &name) {
  const std::size_t open = name.rfind('(');
  if (open == std::string::npos || name.back() != ')') return name;
  const std::string inner = name.substr(open + 1, name.size() - open - 2);
  return inner.empty() ? name : inner;
}

Json CostMapper::schema(const StagedFile &file, const Delivery &delivery) const {
  Binding binding(cost_shape());
  std::vector<std::size_t> extra;
  for (std::size_t i = 0; i < file.columns.size(); ++i) {
    const int left = binding.match(file.columns, i, plain_header(file.columns[i].name()));
    if (left >= 0) extra.push_back(static_cast<std::size_t>(left));
  }
  // Old exports have no currency; their costs stay apart from those that have one.
  require_columns(binding, file, "cost export", {{"cost", "Cost (CostInBillingCurrency, PreTaxCost)"}, {"date", "Date (UsageDateTime)"}});
  for (const std::size_t i : extra) binding.entry("x_extra", file.columns[i], plain_header(file.columns[i].name()));
  binding.constant("x_cost_type", delivery.tag);
  return binding.schema();
}

Json CostMapper::empty_schema(const Delivery &delivery) const {
  Binding binding(cost_shape());
  binding.constant("x_cost_type", delivery.tag);
  return binding.schema();
}

}  // namespace azure
