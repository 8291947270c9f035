#include <gtest/gtest.h>

#include <cstring>

#include "core/isolated/plugin_worker.h"

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--worker") == 0) return cvg::run_plugin_worker();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
