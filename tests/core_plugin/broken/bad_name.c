/* A name with a blank. */
#define PART_NAME "Good One"
#include "good_plugin.h"
