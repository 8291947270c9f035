#include <gtest/gtest.h>

#include <cstring>

#include "core/warehouse/sessions.h"
#include "tests/core_sessions/fake_session.h"

int main(int argc, char** argv) {
  if (argc > 2 && std::strcmp(argv[1], "--session-parent") == 0) {
    cvg::SessionLimits limits;
    limits.memory_mb = std::atoll(argv[2]);
    return cvg::run_session_parent(cvg::fake_session(), argc > 3 ? argv[3] : "{}", limits);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
