/* A plugin that breaks no rule. */
#include "good_plugin.h"
