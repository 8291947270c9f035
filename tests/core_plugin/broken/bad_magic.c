/* The entry begins with another number. */
#define PART_MAGIC 0x12345678u
#include "good_plugin.h"
