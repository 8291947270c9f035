#include "core/run/plugin_components.h"

#include <gtest/gtest.h>

#include "core/plugin/call.h"

namespace cvg {
namespace {

TEST(PluginComponents, WhatNoPluginOffersIsRefusedByName) {
  const PluginRegistry registry({"/nonexistent", "/nonexistent"});
  SystemClock clock;
  PluginComponents components(registry, clock, 1 << 20);
  EXPECT_EQ(components.spec_schema("query"), nullptr);
  EXPECT_TRUE(components.names().empty());
  EXPECT_EQ(components.plan("query", Json::object()).size(), 0u);
  Call call(Call::Options{.info = {}, .clock = &clock});
  EXPECT_EQ(components.make_step("query", call.raw()).status().text(), "no loaded plugin offers the step kind 'query'");
  EXPECT_EQ(components.make_provider("aws", call.raw()).status().code(), Code::config);
}

}  // namespace
}  // namespace cvg
