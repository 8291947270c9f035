/* A component of which there may be one instance. */
#define PART_FLAGS CVG_SINGLETON
#include "good_plugin.h"
