/* session.h: what a warehouse offers for the SQL of tenants: an extension of a plugin, part of ABI 1.0.  plugin.h includes it. */
#ifndef CVG_SESSION_H
#define CVG_SESSION_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Extension "cvg.session/1" of a warehouse plugin, from cvg_entry.get_ext: read-only SQL of tenants in a process of its
 * own.  The host execs a single-threaded parent, which calls warm() once and then forks; each child calls open() once
 * and then query() any number of times.  These functions take no cvg_call: no host service exists there. */
#define CVG_EXT_SESSION "cvg.session/1"
typedef struct cvg_session {
  uint32_t struct_size;
  uint32_t flags;
  /* In the parent, single-threaded: loads the engine.  config_json: the warehouse component's configuration. */
  cvg_status (*warm)(const cvg_str *config_json, cvg_error *);
  /* In the child.  request_json: {"tenant","display_id","memory_mb"}.  Copies the catalog, confines the process for
   * good, attaches read-only. */
  cvg_status (*open)(const cvg_str *request_json, cvg_error *);
  /* In the child.  request_json: {"sql","format":"json|csv|parquet|arrow","max_rows","max_bytes"}.  The answer's body
   * goes to out; meta_json gets {"row_count","truncated"}.  An error's message is safe to show to the tenant. */
  cvg_status (*query)(const cvg_str *request_json, cvg_out *out, cvg_out *meta_json, cvg_error *);
  /* In the child, from a signal-free second thread of the host or a timer: asks the running query to end. */
  void (*interrupt)(void);
} cvg_session;

#ifdef __cplusplus
}
#endif
#endif /* CVG_SESSION_H */
