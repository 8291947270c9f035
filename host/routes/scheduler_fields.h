// How schedules, backfills and the scheduler's own numbers look in replies: each field is told once.  Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/model/schedule.h"
#include "core/schedule/schedule_service.h"
#include "host/routes/field.h"

namespace cvg {

// display_id is the tenant's id as it was onboarded.
Json schedule_json(const Schedule& schedule, const std::string& display_id);
Json backfill_json(const Backfill& backfill, const std::string& display_id);
Json trigger_json(const TriggerCounts& counts);
Json queue_progress_json(const QueueProgress& progress);
Json scheduler_numbers_json(const SchedulerNumbers& numbers);
Json quota_reset_json(const QuotaReset& reset, std::int64_t now_ms);
Json cleanup_json(const std::vector<Mended>& mended, std::int64_t now_ms);

std::vector<FieldDoc> schedule_field_docs();
std::vector<FieldDoc> backfill_field_docs();
std::vector<FieldDoc> trigger_field_docs();
std::vector<FieldDoc> queue_progress_field_docs();
std::vector<FieldDoc> scheduler_numbers_field_docs();
std::vector<FieldDoc> quota_reset_field_docs();
std::vector<FieldDoc> cleanup_field_docs();
std::vector<FieldDoc> mended_field_docs();

}  // namespace cvg
