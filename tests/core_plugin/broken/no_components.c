/* The manifest offers nothing. */
#define PART_MANIFEST "{\"id\":\"test.good\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[]}"
#include "good_plugin.h"
