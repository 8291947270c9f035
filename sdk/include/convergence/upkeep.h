/* upkeep.h: extension "cvg.upkeep/1" of a warehouse plugin: what keeps a dataset small and quick while it is in use.  C99.
 *
 * The host asks for a pass on its timer and when an operator does.  A pass is bounded by the options, may be ended at any
 * moment, also by force, and repeated; readers and writers go on beside it. */
#ifndef CVG_UPKEEP_H
#define CVG_UPKEEP_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CVG_EXT_UPKEEP "cvg.upkeep/1"

typedef struct cvg_upkeep {
  uint32_t struct_size;
  uint32_t flags;
  /* [call-thread] One pass over the dataset of the call's tenant; without a tenant, over what belongs to none.
   * options_json: {"force":bool (also where nothing changed since the last pass),
   *   "snapshot_keep_ms","file_grace_ms" (before a file that nothing names is deleted),
   *   "flush_rows_min" (of a table, before they leave the catalog), "merge_files_min" (small ones of a table, before they
   *   are merged), "merge_file_bytes" (what a merged file may grow to), "pass_bytes_max" (rewritten by one pass),
   *   "live_runs":["run", ...] (whose staged files are not touched)}.
   * report_json: {"skipped","changed" (readers should look anew),"expired_snapshots","flushed_rows","merged_files",
   *   "rewritten_files","deleted_files","swept_files","swept_folders","locked_ms_max"}; without a tenant also
   *   "datasets": the tenants that have one. */
  cvg_status (*run)(cvg_instance *warehouse, cvg_call *, const cvg_str *options_json, cvg_out *report_json, cvg_error *);
} cvg_upkeep;

#ifdef __cplusplus
}
#endif
#endif /* CVG_UPKEEP_H */
