#include "core/schedule/schedule_order.h"

#include <gtest/gtest.h>

#include "core/base/time_text.h"

namespace cvg {
namespace {

const std::int64_t noon = *parse_time("2026-05-15T12:00:00Z");

std::string field_of(const Status& status) {
  const Result<Json> detail = parse_json(status.detail_json());
  return detail.ok() ? (*detail)["field"].text() : "";
}

Result<Schedule> read(const std::string& members) {
  return read_schedule_order(
      Json::parse(R"({"provider": "AWS", "domain": "Cost", "pipeline_template": "cur", "schedule_cron": "0 2 * * *")" + members + "}"), noon);
}

TEST(ScheduleOrder, DefaultsAreTheContracts) {
  const Result<Schedule> s = read("");
  ASSERT_TRUE(s.ok()) << s.status().text();
  EXPECT_EQ(s->provider, "aws");
  EXPECT_EQ(s->domain, "cost");
  EXPECT_EQ(s->timezone, "UTC");
  EXPECT_TRUE(s->is_active);
  EXPECT_EQ(s->priority, 5);
  EXPECT_EQ(s->misfire, Misfire::last);
  EXPECT_EQ(s->max_catchup, 10);
  EXPECT_EQ(s->parameters_json, "{}");
  EXPECT_EQ(format_time(s->next_run_ms), "2026-05-16T02:00:00Z");
}

TEST(ScheduleOrder, TheZoneDecidesWhenItIsDue) {
  const Result<Schedule> s = read(R"(, "timezone": "America/New_York", "misfire": "ALL", "parameters": {"a": 1}, "is_active": null)");
  ASSERT_TRUE(s.ok()) << s.status().text();
  EXPECT_EQ(format_time(s->next_run_ms), "2026-05-16T06:00:00Z");
  EXPECT_EQ(s->misfire, Misfire::all);
}

TEST(ScheduleOrder, EveryFieldThatIsWrongIsToldAtOnce) {
  const Status status = read_schedule_order(Json::parse(R"({"provider":1,"schedule_cron":"x","misfire":"x","priority":99,"is_active":1})"), noon).status();
  const Json detail = Json::parse(status.detail_json());
  EXPECT_EQ(detail["field"].text(), "provider");
  std::string fields;
  for (const Json& error : detail["errors"].items()) fields += error["field"].text() + " ";
  EXPECT_EQ(fields, "provider domain pipeline_template schedule_cron is_active priority misfire ");
  EXPECT_TRUE(status.text().starts_with("provider must be a text; domain is required; ")) << status.text();
}

TEST(ScheduleOrder, MembersThatNobodyReadsAreToldBesideTheRest) {
  const Json detail = Json::parse(read(R"(, "timezon": "UTC", "priority": 99, "cron": 1)").status().detail_json());
  std::string fields;
  for (const Json& error : detail["errors"].items()) fields += error["field"].text() + " ";
  EXPECT_EQ(fields, "timezon cron priority ");
}

TEST(ScheduleOrder, WhatIsWrongIsNamed) {
  struct Row {
    const char *members, *field;
  };
  for (const Row& row : {Row{R"(, "schedule_cron": "x")", "schedule_cron"}, Row{R"(, "timezone": "EST6")", "timezone"}, Row{R"(, "timezone": 1)", "timezone"},
                         Row{R"(, "priority": 0)", "priority"}, Row{R"(, "priority": 5.5)", "priority"}, Row{R"(, "priority": "5")", "priority"},
                         Row{R"(, "max_catchup": 1001)", "max_catchup"}, Row{R"(, "misfire": "some")", "misfire"}, Row{R"(, "is_active": 1)", "is_active"},
                         Row{R"(, "parameters": "x")", "parameters"}, Row{R"(, "parameters": {"api_key": "x"})", "parameters.api_key"},
                         Row{R"(, "parameters": {"note": "acme_api_0123456789abcdeF"})", "parameters.note"},
                         Row{R"(, "domain": "a/b")", "domain"}, Row{R"(, "provider": "")", "provider"}}) {
    Json body = Json::parse(R"({"provider": "aws", "domain": "cost", "pipeline_template": "cur", "schedule_cron": "0 2 * * *"})");
    const Json changes = Json::parse(std::string("{") + (row.members + 1) + "}");
    for (const auto& [name, value] : changes.members()) body.set(name, value);
    const Result<Schedule> s = read_schedule_order(body, noon);
    ASSERT_FALSE(s.ok()) << row.members;
    EXPECT_EQ(s.status().code(), Code::invalid) << row.members;
    EXPECT_EQ(field_of(s.status()), row.field) << s.status().text();
  }
}

TEST(BackfillOrder, TakesARangeAndLeavesTheRest) {
  const Result<Backfill> b = read_backfill_order(Json::parse(R"({"from": "2024-02-28", "to": "2024-03-01", "priority": 9, "label": "x"})"), 10);
  ASSERT_TRUE(b.ok()) << b.status().text();
  EXPECT_EQ(b->from_date, "2024-02-28");
  EXPECT_EQ(b->to_date, "2024-03-01");
  EXPECT_EQ(b->priority, 9);
  EXPECT_EQ(b->parameters_json, R"({"label":"x"})");
}

TEST(BackfillOrder, EveryFieldThatIsWrongIsToldAtOnce) {
  const Status refused = read_backfill_order(Json::parse(R"({"from": "x", "to": "y", "priority": 0, "date": "z", "api_key": "s"})"), 10).status();
  EXPECT_EQ(Json::parse(refused.detail_json())["errors"].size(), 5u) << refused.detail_json();
}

TEST(BackfillOrder, WhatIsNoRangeIsRefused) {
  for (const auto& [body, field] : {std::pair{R"({"to": "2024-03-01"})", "from"}, std::pair{R"({"from": "2024-02-30", "to": "2024-03-01"})", "from"},
                                    std::pair{R"({"from": "2024-03-02", "to": "2024-03-01"})", "to"}, std::pair{R"({"from": "1999-12-31", "to": "2024-03-01"})", "from"},
                                    std::pair{R"({"from": "2024-01-01", "to": "2024-01-11"})", "to"},
                                    std::pair{R"({"from": "2024-01-01", "to": "2024-01-02", "date": "2024-01-01"})", "date"}}) {
    const Result<Backfill> b = read_backfill_order(Json::parse(body), 10);
    ASSERT_FALSE(b.ok()) << body;
    EXPECT_EQ(field_of(b.status()), field) << body;
  }
  EXPECT_TRUE(read_backfill_order(Json::parse(R"({"from": "2024-01-01", "to": "2024-01-10"})"), 10).ok());
}

}  // namespace
}  // namespace cvg
