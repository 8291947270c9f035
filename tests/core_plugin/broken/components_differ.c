/* The code offers less than the manifest. */
#define PART_LAST 1
#include "good_plugin.h"
