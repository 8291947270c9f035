/* The manifest in the file is another one than in the code. */
#define PART_ENTRY_MANIFEST "{}"
#include "good_plugin.h"
