/* The section of the manifest holds a note of another owner. */
#define PART_WITHOUT_NOTE
#include "good_plugin.h"
__attribute__((section(".note.cvg"), used, aligned(4))) static const struct {
  uint32_t namesz, descsz, type;
  char name[4];
  char desc[4];
} foreign_note = {4u, 3u, 1u, {'G', 'N', 'U', 0}, "{}"};
