// What an operator may ask of a tenant and its keys, read from a request's body.  Code::invalid with {"field","issue","errors"?} for
// all that is wrong (FieldProblems), an unknown member too.  Values; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/config/plans.h"
#include "core/state/tenant_store.h"

namespace cvg {

struct KeyOrder {  // {name, scopes: [..], expires_at}
  std::string name, scopes;  // scopes as they are stored
  std::int64_t expires_ms = 0;
};
Result<KeyOrder> read_key_order(const Json& body, std::int64_t now_ms);

struct RotationOrder {  // {key_id, grace_seconds, expires_at}
  std::string key_id;  // empty: all keys
  std::int64_t grace_ms = 0, expires_ms = 0;
};
Result<RotationOrder> read_rotation_order(const Json& body, std::int64_t now_ms, std::int64_t grace_seconds_max);

// {plan, status}: at least one.
Result<TenantChange> read_tenant_change(const Json& body, const Plans& plans);

}  // namespace cvg
