/* The manifest is of ABI 2. */
#define PART_MANIFEST "{\"id\":\"test.good\",\"version\":\"1.0.0\",\"abi\":\"2.0\",\"components\":[{\"kind\":\"cvg.provider/1\",\"name\":\"good\"},{\"kind\":\"cvg.step/1\",\"name\":\"probe\"}]}"
#include "good_plugin.h"
