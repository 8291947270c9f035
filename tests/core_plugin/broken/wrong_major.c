/* The code is of ABI 2, although the manifest says 1.0. */
#define PART_MAJOR 2
#include "good_plugin.h"
