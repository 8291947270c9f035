// DataKeyStore: the wrapped data key of each tenant, under which its secrets are sealed.  Every method is one transaction;
// any thread.
#pragma once

#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/state/database.h"

namespace cvg {

class DataKeyStore {
 public:
  DataKeyStore(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  Result<std::optional<std::string>> find(const std::string& tenant_id);
  // Stores the tenant's first data key and answers what is stored: of two at once, the first one stays.  Code::not_found
  // when there is no such tenant.
  Result<std::string> add(const std::string& tenant_id, const std::string& wrapped);

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace cvg
