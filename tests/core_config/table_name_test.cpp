#include "core/config/table_name.h"

#include <gtest/gtest.h>

#include <string>

namespace cvg {
namespace {

TEST(TableName, LettersDigitsUnderscoresAndHyphensMakeADestination) {
  for (const std::string& name : {std::string("aws_cost_raw"), std::string("_a"), std::string("billing_export_2025-11-15"), std::string(128, 'a')})
    EXPECT_TRUE(check_destination_table(name).ok()) << name;
  for (const std::string& name : {std::string("1a"), std::string("a b"), std::string("a\"b"), std::string("bad name;"), std::string("a.b"),
                                  std::string("-a"), std::string(), std::string(129, 'a')})
    EXPECT_EQ(check_destination_table(name).code(), Code::invalid) << name;
}

TEST(TableName, SystemTablesAreNoDestination) {
  for (const char* name : {"x_meta_step_logs", "X_META_runs", "__cvg", "pipeline_runs", "API_KEYS"}) EXPECT_FALSE(check_destination_table(name).ok()) << name;
}

}  // namespace
}  // namespace cvg
