// Charge: one line of a bill before a cloud's own words are put on it, and the generator of a month's charges: usage,
// commitments with their negations, credits, refunds, tax and marketplace fees. Deterministic by seed. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "host/sample/offers.h"
#include "host/sample/random.h"
#include "host/sample/sample.h"

namespace cvg {

enum class ChargeKind { usage, reserved_usage, reservation_fee, plan_usage, plan_negation, plan_fee, credit, refund, tax, marketplace };

struct Charge {
  ChargeKind kind = ChargeKind::usage;
  const SampleAccount* account = nullptr;
  const Offer* offer = nullptr;
  const Region* region = nullptr;
  std::string id, resource, environment, team;  // environment and team: the tags, may be empty
  std::string day;                              // YYYY-MM-DD
  int hour = 0;
  std::int64_t day_number = 0;  // days since the epoch
  Amount quantity, price, cost, list_cost, effective_cost;
  Amount credit;  // GCP: a credit inside the usage line (negative or zero)
};

// A billing period: YYYY-MM and its days within the sample.
struct SamplePeriod {
  std::string month, first_day, next_month;  // 2025-10, 2025-10-01, 2025-11
  std::int64_t first = 0, last = 0;          // day numbers, both inclusive
  bool monthly = true;                       // with the month's fees, tax and credits
};
Result<std::vector<SamplePeriod>> periods_of(const SampleOptions& options);

// Calls f for the charges of one cloud's payer in one period, in file order. corrected: the second delivery, in which some
// costs differ and a refund is added.
Status for_charges(const SampleOptions& options, Cloud cloud, std::string_view payer, const SamplePeriod& period, bool corrected,
                   const std::function<Status(const Charge&)>& f);

// The payers of a cloud, each once, with their currency.
std::vector<const SampleAccount*> payers_of(Cloud cloud);

}  // namespace cvg
