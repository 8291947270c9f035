/* A component that demands a process of its own. */
#define PART_FLAGS CVG_NEEDS_ISOLATED
#include "good_plugin.h"
