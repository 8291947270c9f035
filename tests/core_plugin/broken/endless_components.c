/* A list of components without end. */
#define PART_LAST 0xffffffffu
#include "good_plugin.h"
