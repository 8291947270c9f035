#include "host/sample/offers.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cvg {
namespace {

TEST(Offers, EachCloudHasSeveralAccountsRegionsAndCurrencies) {
  for (const Cloud cloud : {Cloud::aws, Cloud::gcp, Cloud::azure}) {
    const CloudOffers& offers = offers_of(cloud);
    std::set<std::string_view> currencies, regions;
    for (std::size_t i = 0; i < offers.account_count; ++i) currencies.insert(offers.accounts[i].currency);
    for (std::size_t i = 0; i < offers.region_count; ++i) regions.insert(offers.regions[i].id);
    EXPECT_GE(currencies.size(), 2u);
    EXPECT_EQ(regions.size(), offers.region_count);
  }
}

TEST(Offers, QuantitiesAndPricesArePositive) {
  for (const Cloud cloud : {Cloud::aws, Cloud::gcp, Cloud::azure})
    for (std::size_t i = 0; i < offers_of(cloud).offer_count; ++i) {
      const Offer& offer = offers_of(cloud).offers[i];
      EXPECT_GT(offer.price.units, 0) << offer.usage;
      EXPECT_GT(offer.quantity_low, 0) << offer.usage;
      EXPECT_GE(offer.quantity_high, offer.quantity_low) << offer.usage;
    }
}

}  // namespace
}  // namespace cvg
