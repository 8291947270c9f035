/* init() fails with a message. */
#define PART_INIT                            \
  strcpy(error->message, "no licence found"); \
  return CVG_E_AUTH
#include "good_plugin.h"
