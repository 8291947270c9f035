/* A function that no library has. */
int nobody_has_this(void);
#define PART_INIT return nobody_has_this()
#include "good_plugin.h"
