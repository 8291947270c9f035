#include "generated_sample.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "host/sample/sample.h"

namespace cvg_test {

using convergence::Json;

Json add_generated_sample(FakeHost& host, const std::string& cloud, const std::string& format) {
  std::string folder = (std::filesystem::temp_directory_path() / "generated_sample_XXXXXX").string();
  if (!mkdtemp(folder.data())) throw std::runtime_error("no temporary folder");
  cvg::SampleOptions options;
  options.folder = folder;
  options.days = 40;
  options.rows = 700;
  options.format = format;
  const auto summary = cvg::write_sample(options);
  if (!summary.ok()) throw std::runtime_error(summary.status().text());
  host.add_folder(folder + "/" + cloud);
  std::filesystem::remove_all(folder);
  const Json written = Json::parse(summary->dump());
  Json totals = Json::array();
  for (const Json& total : written["totals"].items())
    if (total["cloud"].text() == cloud) totals.push(total);
  return totals;
}

void expect_totals(const FakeHost& host, const Json& totals, const std::string& cost_column, const std::string& currency_column) {
  std::map<std::string, std::string> expected, found;
  std::size_t expected_rows = 0;
  for (const Json& total : totals.items()) {
    std::string& sum = expected[total["currency"].text()];
    sum = add_decimals(sum, total["cost"].text());
    expected_rows += static_cast<std::size_t>(total["rows"].integer());
  }
  for (const FakeTable::Row& row : host.rows().rows()) {
    std::string& sum = found[row.at(currency_column)];
    sum = add_decimals(sum, row.at(cost_column));
  }
  EXPECT_EQ(host.rows().size(), expected_rows);
  EXPECT_EQ(found, expected);
}

}  // namespace cvg_test
