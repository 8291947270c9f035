#include "host/sample/charge.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

constexpr int reserved_percent = 6, plan_percent = 6, marketplace_percent = 2, credited_percent = 5, correction_percent = 3;
constexpr int resources_per_account = 40;

const char* const environments[] = {"prod", "dev", "test", ""};
const char* const teams[] = {"payments", "search", "data platform", "Müller & Söhne", ""};

// Writes one account's charges of one day or month.
class Biller {
 public:
  Biller(const CloudOffers& offers, const SampleAccount& account, bool corrected, const std::function<Status(const Charge&)>& f)
      : offers_(offers), account_(account), corrected_(corrected), f_(f) {}

  Status usage_row(Random random, std::int64_t day, std::int64_t index) {
    Charge c = base(random, day);
    c.offer = &offers_.offers[static_cast<std::size_t>(index) % offers_.offer_count];
    c.region = &offers_.regions[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(offers_.region_count) - 1))];
    c.hour = static_cast<int>(index % 24);
    const std::int64_t resource = random.between(1, resources_per_account);
    c.resource = fmt::format("i-{:04d}{:013x}", resource, static_cast<std::uint64_t>(resource) * 7919);
    c.environment = environments[resource % 4];
    c.team = teams[resource % 5];
    c.quantity = {random.between(c.offer->quantity_low, c.offer->quantity_high) * (Amount::one / 10000)};
    price(c, random);
    if (random.chance(reserved_percent)) return commitment(c, ChargeKind::reserved_usage);
    if (random.chance(plan_percent)) return plan_covered(c);
    if (random.chance(marketplace_percent)) c.kind = ChargeKind::marketplace;
    if (random.chance(credited_percent)) c.credit = -c.cost.percent(20);
    return f_(c);
  }

  // Once a month: the fees of commitments, tax, a credit, and in the corrected delivery a refund.
  Status monthly(Random random, std::int64_t day) {
    CVG_RETURN_IF_ERROR(fixed(random, day, ChargeKind::reservation_fee, {61'3200000000}));
    CVG_RETURN_IF_ERROR(fixed(random, day, ChargeKind::plan_fee, {36'5000000000}));
    CVG_RETURN_IF_ERROR(fixed(random, day, ChargeKind::tax, {17'1234567890}));
    CVG_RETURN_IF_ERROR(fixed(random, day, ChargeKind::credit, {-25'0000000000}));
    return corrected_ ? fixed(random, day, ChargeKind::refund, {-3'0000000001}) : Status();
  }

 private:
  Charge base(Random& random, std::int64_t day) const {
    Charge c;
    c.account = &account_;
    c.day_number = day;
    c.day = format_date(day);
    c.id = random.hex(32);
    return c;
  }

  void price(Charge& c, Random& random) const {
    c.price = c.offer->price;
    c.list_cost = c.quantity.times(c.price);
    c.cost = c.list_cost.percent(static_cast<int>(random.between(85, 100)));
    const bool changed = random.chance(correction_percent);  // drawn in either delivery, so that both have the same rows
    if (corrected_ && changed) c.cost = c.cost.percent(90);
    c.effective_cost = c.cost;
  }

  Status commitment(Charge c, ChargeKind kind) {
    c.kind = kind;
    c.effective_cost = c.list_cost.percent(60);
    c.cost = {0};
    return f_(c);
  }

  // Usage under a savings plan comes with the line that negates its cost.
  Status plan_covered(Charge c) {
    c.kind = ChargeKind::plan_usage;
    c.effective_cost = c.list_cost.percent(70);
    CVG_RETURN_IF_ERROR(f_(c));
    c.kind = ChargeKind::plan_negation;
    c.id.back() = c.id.back() == '0' ? '1' : '0';
    c.cost = -c.cost;
    c.effective_cost = {0};
    return f_(c);
  }

  Status fixed(Random& random, std::int64_t day, ChargeKind kind, Amount amount) {
    Charge c = base(random, day);
    c.kind = kind;
    c.offer = &offers_.offers[0];
    c.region = &offers_.regions[0];
    c.quantity = {Amount::one};
    c.price = c.cost = c.list_cost = c.effective_cost = amount;
    return f_(c);
  }

  const CloudOffers& offers_;
  const SampleAccount& account_;
  const bool corrected_;
  const std::function<Status(const Charge&)>& f_;
};

}  // namespace

Result<std::vector<SamplePeriod>> periods_of(const SampleOptions& options) {
  const std::optional<std::int64_t> start = parse_date(options.start);
  if (!start) return Status(Code::invalid, "--start must be a day, YYYY-MM-DD");
  if (options.days < 1 || options.days > 3660) return Status(Code::invalid, "--days must be 1 to 3660");
  std::vector<SamplePeriod> periods;
  const std::int64_t end = *start + options.days;  // exclusive
  for (std::int64_t day = *start; day < end;) {
    SamplePeriod period;
    const std::int64_t next = month_begin(day, 1);
    period.first_day = format_date(month_begin(day));
    period.month = period.first_day.substr(0, 7);
    period.next_month = format_date(next).substr(0, 7);
    period.first = day;
    period.last = std::min(next, end) - 1;
    periods.push_back(period);
    day = next;
  }
  return periods;
}

Status for_charges(const SampleOptions& options, Cloud cloud, std::string_view payer, const SamplePeriod& period, bool corrected,
                   const std::function<Status(const Charge&)>& f) {
  const CloudOffers& offers = offers_of(cloud);
  const Random cloud_random = Random(options.seed).part(static_cast<std::uint64_t>(cloud));
  const std::int64_t accounts = static_cast<std::int64_t>(offers.account_count);
  for (std::int64_t a = 0; a < accounts; ++a) {
    const SampleAccount& account = offers.accounts[a];
    if (account.payer != payer) continue;
    Biller biller(offers, account, corrected, f);
    const Random mine = cloud_random.part(static_cast<std::uint64_t>(a));
    if (period.monthly) CVG_RETURN_IF_ERROR(biller.monthly(mine.part(static_cast<std::uint64_t>(period.first)), period.first));
    for (std::int64_t day = period.first; day <= period.last; ++day) {
      const Random today = mine.part(static_cast<std::uint64_t>(day) + 1'000'000);
      // Row number r of the whole sample belongs to account r % accounts; what does not divide goes to the first ones.
      const std::int64_t rows = (options.rows / options.days + accounts - 1 - a) / accounts;
      for (std::int64_t i = 0; i < rows; ++i) CVG_RETURN_IF_ERROR(biller.usage_row(today.part(static_cast<std::uint64_t>(i)), day, i));
    }
  }
  return {};
}

std::vector<const SampleAccount*> payers_of(Cloud cloud) {
  const CloudOffers& offers = offers_of(cloud);
  std::vector<const SampleAccount*> payers;
  for (std::size_t i = 0; i < offers.account_count; ++i) {
    const SampleAccount& account = offers.accounts[i];
    const bool known = std::any_of(payers.begin(), payers.end(), [&](const SampleAccount* p) { return p->payer == account.payer; });
    if (!known) payers.push_back(&account);
  }
  return payers;
}

}  // namespace cvg
