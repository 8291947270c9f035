/* The entry claims to be smaller than ABI 1.0 has it. */
#define PART_ENTRY_SIZE 16
#include "good_plugin.h"
