// focus.hpp: the table of FOCUS exports, the same for every cloud: the union of the columns of FOCUS 1.0 to 1.2 under their
// own names; every other column of a file goes to x_extra under the name that it has there.  Header-only, C++11.
// Column ids and types: FOCUS Specification 1.0, 1.1 and 1.2, CC-BY-4.0, https://focus.finops.org.
#ifndef CONVERGENCE_FOCUS_HPP
#define CONVERGENCE_FOCUS_HPP

#include <string>
#include <vector>

#include "tables.hpp"

namespace convergence {

// The aliases are names of drafts before 1.0 that exports still write.
inline const TableShape &focus_shape() {
  static const char *const money = "money", *const quantity = "quantity", *const word = "VARCHAR", *const t = "text";
  static const ColumnSpec specs[] = {
      {"AvailabilityZone", word, "", t, ""},
      {"BilledCost", money_type, money, t, ""},
      {"BillingAccountId", word, "", t, ""},
      {"BillingAccountName", word, "", t, ""},
      {"BillingAccountType", word, "", t, ""},
      {"BillingCurrency", word, "", t, "BilledCurrency"},
      {"BillingPeriodEnd", "TIMESTAMP", "", "timestamp", ""},
      {"BillingPeriodStart", "TIMESTAMP", "", "timestamp", ""},
      {"CapacityReservationId", word, "", t, ""},
      {"CapacityReservationStatus", word, "", t, ""},
      {"ChargeCategory", word, "", t, ""},
      {"ChargeClass", word, "", t, ""},
      {"ChargeDescription", word, "", t, ""},
      {"ChargeFrequency", word, "", t, ""},
      {"ChargePeriodEnd", "TIMESTAMP", "", "timestamp", ""},
      {"ChargePeriodStart", "TIMESTAMP", "", "timestamp", ""},
      {"CommitmentDiscountCategory", word, "", t, ""},
      {"CommitmentDiscountId", word, "", t, ""},
      {"CommitmentDiscountName", word, "", t, ""},
      {"CommitmentDiscountQuantity", quantity_type, quantity, t, ""},
      {"CommitmentDiscountStatus", word, "", t, ""},
      {"CommitmentDiscountType", word, "", t, ""},
      {"CommitmentDiscountUnit", word, "", t, ""},
      {"ConsumedQuantity", quantity_type, quantity, t, "UsageQuantity"},
      {"ConsumedUnit", word, "", t, "UsageUnit"},
      {"ContractedCost", money_type, money, t, ""},
      {"ContractedUnitPrice", money_type, money, t, ""},
      {"EffectiveCost", money_type, money, t, ""},
      {"InvoiceId", word, "", t, ""},
      {"InvoiceIssuerName", word, "", t, "InvoiceIssuer"},
      {"ListCost", money_type, money, t, ""},
      {"ListUnitPrice", money_type, money, t, ""},
      {"PricingCategory", word, "", t, ""},
      {"PricingCurrency", word, "", t, ""},
      {"PricingCurrencyContractedUnitPrice", money_type, money, t, ""},
      {"PricingCurrencyEffectiveCost", money_type, money, t, ""},
      {"PricingCurrencyListUnitPrice", money_type, money, t, ""},
      {"PricingQuantity", quantity_type, quantity, t, ""},
      {"PricingUnit", word, "", t, ""},
      {"ProviderName", word, "", t, "Provider"},
      {"PublisherName", word, "", t, "Publisher"},
      {"RegionId", word, "", t, "Region"},
      {"RegionName", word, "", t, ""},
      {"ResourceId", word, "", t, ""},
      {"ResourceName", word, "", t, ""},
      {"ResourceType", word, "", t, ""},
      {"ServiceCategory", word, "", t, ""},
      {"ServiceName", word, "", t, ""},
      {"ServiceSubcategory", word, "", t, ""},
      {"SkuId", word, "", t, ""},
      {"SkuMeter", word, "", t, ""},
      {"SkuPriceDetails", map_type, "", "json_map", ""},
      {"SkuPriceId", word, "", t, ""},
      {"SubAccountId", word, "", t, ""},
      {"SubAccountName", word, "", t, ""},
      {"SubAccountType", word, "", t, ""},
      {"Tags", map_type, "", "json_map", ""},
      {"x_extra", map_type, "", "json_map", ""}};
  static const TableShape shape(specs, sizeof specs / sizeof *specs);
  return shape;
}

// The words that published FOCUS files write for NULL.
inline const std::vector<std::string> &focus_null_words() {
  static const std::vector<std::string> words(1, "NULL");
  return words;
}

class FocusMapper : public TableMapper {
 public:
  Json schema(const StagedFile &file, const Delivery &) const override {
    Binding binding(focus_shape());
    std::vector<std::size_t> extra;
    for (std::size_t i = 0; i < file.columns.size(); ++i) {
      const int left = binding.match(file.columns, i, file.columns[i].name());
      if (left >= 0) extra.push_back(static_cast<std::size_t>(left));
    }
    static const RequiredColumn required[] = {
        {"BilledCost", "BilledCost"}, {"ChargePeriodStart", "ChargePeriodStart"}, {"BillingCurrency", "BillingCurrency"}};
    require_columns(binding, file, "FOCUS file", std::vector<RequiredColumn>(required, required + 3));
    for (std::size_t i = 0; i < extra.size(); ++i) binding.entry("x_extra", file.columns[extra[i]], file.columns[extra[i]].name());
    return binding.schema();
  }
  Json empty_schema(const Delivery &) const override { return Binding(focus_shape()).schema(); }
};

}  // namespace convergence
#endif
