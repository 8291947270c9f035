// The table of cost exports: one set of names for the header variants of EA, MCA, pay-as-you-go and old subscription exports
// (Cost, CostInBillingCurrency and PreTaxCost are all `cost`); tags as a MAP, every other column of a file in x_extra.
#pragma once

#include <string>

#include <convergence/tables.hpp>

namespace azure {

const convergence::TableShape &cost_shape();

// The name in a header, without the translation before it: "PreTaxCost" of "Kosten (PreTaxCost)".
std::string plain_header(const std::string &name);

// delivery.tag is the export's type ("actual", "amortized"), which every row gets as x_cost_type.
class CostMapper : public convergence::TableMapper {
 public:
  convergence::Json schema(const convergence::StagedFile &file, const convergence::Delivery &delivery) const override;
  convergence::Json empty_schema(const convergence::Delivery &delivery) const override;
};

}  // namespace azure
