/* A kind that no host knows. */
#define PART_KIND "cvg.providr/1"
#include "good_plugin.h"
