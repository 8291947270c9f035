/* A component without the table of its kind. */
#define PART_TABLE NULL
#include "good_plugin.h"
