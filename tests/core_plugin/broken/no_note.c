/* No manifest in the file. */
#define PART_WITHOUT_NOTE
#include "good_plugin.h"
