/* cvg_plugin_entry is a function: the header is not included, because it declares data. */
#include <stdint.h>
#define MANIFEST \
  "{\"id\":\"test.good\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.step/1\",\"name\":\"x\"}]}"
__attribute__((section(".note.cvg"), used, aligned(4))) static const struct {
  uint32_t namesz, descsz, type;
  char name[4];
  char desc[(sizeof(MANIFEST) + 3u) / 4u * 4u];
} note = {4u, (uint32_t)sizeof(MANIFEST), 1u, {'c', 'v', 'g', 0}, MANIFEST};
__attribute__((visibility("default"))) void cvg_plugin_entry(void);
void cvg_plugin_entry(void) {}
