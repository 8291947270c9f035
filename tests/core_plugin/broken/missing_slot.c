/* A required function of the component is missing. */
#define PART_DESCRIBE NULL
#include "good_plugin.h"
