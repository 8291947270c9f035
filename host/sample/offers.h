// What the sample's clouds sell, where and to whom: small tables of made-up accounts and of services with list prices of
// a believable size. No account number here belongs to anybody.
#pragma once

#include <array>
#include <string_view>

#include "host/sample/amount.h"

namespace cvg {

enum class Cloud { aws, gcp, azure };

struct Offer {
  std::string_view code, name, family, usage, operation, unit;
  Amount price;                          // of one unit, in the account's currency
  std::int64_t quantity_low, quantity_high;  // in 10^-4 units a row
};

struct Region {
  std::string_view id, name, zone;
};

struct SampleAccount {
  std::string_view payer, payer_name, id, name, currency;
};

struct CloudOffers {
  const Offer* offers;
  std::size_t offer_count;
  const Region* regions;
  std::size_t region_count;
  const SampleAccount* accounts;
  std::size_t account_count;
};

const CloudOffers& offers_of(Cloud cloud);

}  // namespace cvg
