/* describe() writes no JSON. */
#define PART_DESCRIPTION "{\"summary\":"
#include "good_plugin.h"
