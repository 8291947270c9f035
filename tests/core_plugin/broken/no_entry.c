/* A manifest, but no cvg_plugin_entry. */
#define PART_WITHOUT_ENTRY
#include "good_plugin.h"
