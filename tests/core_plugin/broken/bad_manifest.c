/* The manifest is no JSON. */
#define PART_MANIFEST "not JSON"
#include "good_plugin.h"
