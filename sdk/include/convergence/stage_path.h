/* stage_path.h: extension "cvg.stage_path/1" of the host, for warehouses that run in the server's process.  C99.
 *
 * A staged file is named "stage:<id>" in requests.  A warehouse whose own reader parses the file (read_csv, read_parquet)
 * needs its path; every other plugin reads the stage through cvg_host.stage_read and never learns a path.
 *
 * Granted to warehouses only, and only in process: host->get_ext(CVG_EXT_STAGE_PATH) is NULL otherwise. */
#ifndef CVG_STAGE_PATH_H
#define CVG_STAGE_PATH_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CVG_EXT_STAGE_PATH "cvg.stage_path/1"

typedef struct cvg_stage_path {
  uint32_t struct_size;
  uint32_t flags;
  /* [call-thread] Writes the absolute path of a closed stage file of the call's step: a plain file, already inflated, to
   * be read only, gone when the step ends.  CVG_E_NOT_FOUND for an unknown or foreign id; CVG_E_UNSUPPORTED for a URI that
   * is not "stage:".  The path must not appear in messages that tenants see. */
  cvg_status (*path)(cvg_call *, const cvg_str *uri, cvg_out *path, cvg_error *);
} cvg_stage_path;

#ifdef __cplusplus
}
#endif
#endif /* CVG_STAGE_PATH_H */
