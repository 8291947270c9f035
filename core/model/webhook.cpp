#include "core/model/webhook.h"

#include <array>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::array<std::string_view, 3> names{"WAITING", "DELIVERED", "FAILED"};

}  // namespace

std::string_view to_text(DeliveryState state) { return names[static_cast<std::size_t>(state)]; }

bool delivery_state_from_text(std::string_view text, DeliveryState& out) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!equals_ignoring_case(text, names[i])) continue;
    out = static_cast<DeliveryState>(i);
    return true;
  }
  return false;
}

}  // namespace cvg
