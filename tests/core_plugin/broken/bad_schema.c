/* config_schema is no object. */
#define PART_DESCRIPTION "{\"config_schema\":true}"
#include "good_plugin.h"
