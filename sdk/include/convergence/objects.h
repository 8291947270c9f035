/* objects.h: what a provider reads: an extension of the host, part of ABI 1.0.  plugin.h includes it. */
#ifndef CVG_OBJECTS_H
#define CVG_OBJECTS_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Extension "cvg.objects/1": the objects below the source's URI, under the operator's sources.allowed_roots.  Keys are
 * relative to the URI, use '/', and never leave it.  Providers never open files or sockets themselves. */
#define CVG_EXT_OBJECTS "cvg.objects/1"
typedef struct cvg_objects {
  uint32_t struct_size;
  uint32_t flags;
  /* [call-thread] All objects whose key begins with prefix, sorted by key, a page at a time (page: empty for the first):
   * {"objects":[{"key","bytes","modified_ms"}],"next":""}.  A missing root is CVG_E_NOT_FOUND. */
  cvg_status (*list)(cvg_call *, const cvg_str *prefix, const cvg_str *page, cvg_out *json, cvg_error *);
  /* [call-thread] {"key","bytes","modified_ms"} or CVG_E_NOT_FOUND. */
  cvg_status (*stat)(cvg_call *, const cvg_str *key, cvg_out *json, cvg_error *);
  /* [call-thread] Up to n bytes from offset; fewer at the end. */
  cvg_status (*read_range)(cvg_call *, const cvg_str *key, uint64_t offset, uint64_t n, cvg_out *, cvg_error *);
  /* [call-thread] Copies the object to the stage, inflating by options_json {"inflate":"none|gzip|zip|auto"} (auto: by
   * magic bytes) with CRC and length verified; a zip must hold exactly one member.  CVG_E_DATA names the object and the
   * place of the damage.  Result: {"uri":"stage:..","bytes":unpacked,"source_bytes":n,"sha256":of the source bytes}. */
  cvg_status (*to_stage)(cvg_call *, const cvg_str *key, const cvg_str *options_json, cvg_out *json, cvg_error *);
} cvg_objects;

#ifdef __cplusplus
}
#endif
#endif /* CVG_OBJECTS_H */
