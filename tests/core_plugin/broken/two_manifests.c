/* A second note in the section. */
#include "good_plugin.h"
__attribute__((section(".note.cvg"), used, aligned(4))) static const struct {
  uint32_t namesz, descsz, type;
  char name[4];
  char desc[4];
} second_note = {4u, 3u, 1u, {'c', 'v', 'g', 0}, "{}"};
