/* The entry claims to be larger than its symbol. */
#define PART_ENTRY_SIZE 4096
#include "good_plugin.h"
