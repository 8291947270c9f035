/* The manifest names another id than the code. */
#define PART_ID "test.other"
#include "good_plugin.h"
