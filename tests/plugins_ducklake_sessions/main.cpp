// The test program is its own session parent, with the plugin's real extension.
#include <gtest/gtest.h>

#include <cstring>

#include "core/warehouse/sessions.h"
#include "session.h"

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--session-parent") == 0) {
    cvg::SessionLimits limits;
    limits.memory_mb = 600;
    return cvg::run_session_parent(*ducklake::session_extension(), argv[2], limits);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
