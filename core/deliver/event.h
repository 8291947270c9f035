// Events: their names, and the body that a webhook is sent.  Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/model/run.h"
#include "core/model/tenant.h"
#include "core/state/delivery_store.h"

namespace cvg {

// What a webhook may subscribe to; "*" stands for all.
std::vector<std::string> event_names();
inline constexpr std::string_view test_event = "webhook.test";

// {"event","id","occurred_at","tenant_id","data"}; the id is the same whenever it is made of the same key.
Announcement announcement_of(std::string_view event, const Tenant& tenant, const std::string& key, std::int64_t occurred_ms, Json data);
// run.complete or run.failed.
Announcement run_announcement(const OutboxEntry& entry, const Tenant& tenant, const Run& run);
// Of a notice (core/state/notice_row.h).
Result<Announcement> notice_announcement(const OutboxEntry& entry, const Tenant& tenant);

}  // namespace cvg
