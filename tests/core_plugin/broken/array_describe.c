/* describe() writes JSON that is no object. */
#define PART_DESCRIPTION "[]"
#include "good_plugin.h"
