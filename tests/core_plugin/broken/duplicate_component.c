/* One component twice. */
#define PART_LAST 4
#include "good_plugin.h"
