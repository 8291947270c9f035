/* The code needs a later minor version. */
#define PART_MINOR 7
#include "good_plugin.h"
