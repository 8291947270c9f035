#include "core/model/webhook.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(WebhookModel, StatesAndTheirTextsAreOne) {
  for (const DeliveryState state : {DeliveryState::waiting, DeliveryState::delivered, DeliveryState::failed}) {
    DeliveryState back{};
    EXPECT_TRUE(delivery_state_from_text(to_text(state), back));
    EXPECT_EQ(back, state);
  }
  DeliveryState state{};
  EXPECT_TRUE(delivery_state_from_text("Failed", state));
  EXPECT_EQ(state, DeliveryState::failed);
  EXPECT_FALSE(delivery_state_from_text("DEAD", state));
}

}  // namespace
}  // namespace cvg
