/* describe() fails. */
#define PART_DESCRIBE_STATUS CVG_E_DATA
#include "good_plugin.h"
