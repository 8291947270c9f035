// The table of billing exports: the columns of BigQuery's standard and detailed usage cost export, STRUCTs flattened with
// '_' (service.id is service_id), labels, tags and credits as LISTs of STRUCT; every other field goes to x_extra.
#pragma once

#include <string>

#include <convergence/tables.hpp>

namespace gcp {

const convergence::TableShape &billing_shape();

// The fields of a LIST column, in order; empty for every other column.
std::vector<std::string> list_fields(const convergence::ColumnSpec &column);

class BillingMapper : public convergence::TableMapper {
 public:
  convergence::Json schema(const convergence::StagedFile &file, const convergence::Delivery &delivery) const override;
  convergence::Json empty_schema(const convergence::Delivery &delivery) const override;
};

}  // namespace gcp
