/* The manifest needs a later minor version. */
#define PART_MANIFEST "{\"id\":\"test.good\",\"version\":\"1.0.0\",\"abi\":\"1.7\",\"components\":[{\"kind\":\"cvg.provider/1\",\"name\":\"good\"},{\"kind\":\"cvg.step/1\",\"name\":\"probe\"}]}"
#include "good_plugin.h"
