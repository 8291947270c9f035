// The table of Cost and Usage Reports: the columns of CUR 2.0 under their own names, for legacy reports too
// (lineItem/UnblendedCost fills line_item_unblended_cost).  Tags, cost categories, discounts and product attributes are
// MAPs with their keys verbatim; every other column of a file goes to x_extra under the name that it has there.
#pragma once

#include <convergence/tables.hpp>

namespace aws {

const convergence::TableShape &cur_shape();

class CurMapper : public convergence::TableMapper {
 public:
  convergence::Json schema(const convergence::StagedFile &file, const convergence::Delivery &delivery) const override;
  convergence::Json empty_schema(const convergence::Delivery &delivery) const override;
};

}  // namespace aws
