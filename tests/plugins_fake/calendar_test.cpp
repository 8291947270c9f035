#include <gtest/gtest.h>

#include <convergence/calendar.hpp>

namespace {

using namespace convergence;
typedef std::vector<std::string> Days;

TEST(Calendar, LeadingDateReadsDaysAndMonths) {
  EXPECT_EQ(leading_date("2025-11-15"), "2025-11-15");
  EXPECT_EQ(leading_date("2025-11"), "2025-11");
  EXPECT_EQ(leading_date("20180801T000000.000Z"), "2018-08-01");
  EXPECT_EQ(leading_date("2025-11-01T00:00:00Z"), "2025-11-01");
  EXPECT_EQ(leading_date("2025-13"), "");
  EXPECT_EQ(leading_date("2025-02-30"), "");
  EXPECT_EQ(leading_date("2024-02-29"), "2024-02-29");
  EXPECT_EQ(leading_date("yesterday"), "");
}

TEST(Calendar, DaysInNamesOfObjects) {
  EXPECT_EQ(days_in("google-platform-demo-2014-01-11.json"), Days{"2014-01-11"});
  EXPECT_EQ(days_in("t/dt=20251115/part-000000000000.parquet"), Days{"2025-11-15"});
  EXPECT_EQ(days_in("AWSLogs/123456789012/CloudTrail/us-east-1/2025/11/15/123456789012_CloudTrail_us-east-1_20251115T0005Z_x.json.gz"),
            Days{"2025-11-15"});
  EXPECT_EQ(days_in("insights/y=2025/m=11/d=15/h=00/m=00/PT1H.json"), Days{"2025-11-15"});
  EXPECT_EQ(days_in("r/year=2025/month=4/day=5/x.parquet"), Days{"2025-04-05"});
  EXPECT_EQ(days_in("202011_30c31bca571d9b7f_2020-11-08_2020-11-11.csv"), (Days{"2020-11-08", "2020-11-11"}));
  EXPECT_EQ(days_in("costreport_a243c6f2-199f-4074-9a2c-40e671cf1584.csv"), Days{});
  EXPECT_EQ(days_in("rows-000000000000.csv"), Days{});
  EXPECT_EQ(only_day_in("20230101-20230131/000001.csv"), "");
}

TEST(Calendar, InstantsBecomeSortableText) {
  EXPECT_EQ(instant_text(std::string("20240417T190636Z")), "2024-04-17T19:06:36.000Z");
  EXPECT_EQ(instant_text(std::string("2024-04-02T13:14:43.337Z-6b622448")), "2024-04-02T13:14:43.337Z");
  EXPECT_EQ(instant_text(std::string("202301041442")), "2023-01-04T14:42:00.000Z");
  EXPECT_EQ(instant_text(std::string("2024-02-03T18:33:03.1032074Z")), "2024-02-03T18:33:03.103Z");
  EXPECT_EQ(instant_text(std::string("16e57707-f9e3-49be")), "");
  EXPECT_EQ(instant_text(std::string("20230101-20230131")), "");
  EXPECT_EQ(instant_text(int64_t(1533081600123)), "2018-08-01T00:00:00.123Z");
  EXPECT_EQ(instant_text(int64_t(-1)), "1969-12-31T23:59:59.999Z");
}

}  // namespace
