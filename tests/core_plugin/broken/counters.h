/* What a test reads from good_plugin.h through get_ext("test.counters"). */
#ifndef GOOD_PLUGIN_COUNTERS_H
#define GOOD_PLUGIN_COUNTERS_H

#include <convergence/plugin.h>

typedef struct part_counters_t {
  int inits, shutdowns, alive, interrupts;
  const cvg_host *host;
} part_counters_t;

#endif
