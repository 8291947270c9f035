// Totals: the control totals of a sample, exact, by cloud, period and currency. Values.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "core/base/json.h"
#include "host/sample/amount.h"

namespace cvg {

class Totals {
 public:
  void add(const std::string& cloud, const std::string& period, const std::string& currency, Amount cost) {
    Sum& sum = sums_[{cloud, period, currency}];
    ++sum.rows;
    sum.cost += cost;
  }
  // [{"cloud","period","currency","rows","cost"}]; cost as text.
  Json json() const {
    Json all = Json::array();
    for (const auto& [key, sum] : sums_)
      all.push(Json::object().set("cloud", std::get<0>(key)).set("period", std::get<1>(key)).set("currency", std::get<2>(key))
                   .set("rows", sum.rows).set("cost", sum.cost.text()));
    return all;
  }

 private:
  struct Sum {
    std::int64_t rows = 0;
    Amount cost;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Sum> sums_;
};

}  // namespace cvg
