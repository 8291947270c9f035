/* A warehouse that begins and never ends. */
#define PART_MANIFEST \
  "{\"id\":\"test.good\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.warehouse/1\",\"name\":\"half\"}]}"
#define PART_KIND CVG_KIND_WAREHOUSE
#define PART_NAME "half"
#define PART_LAST 1
#define PART_TABLE &half_table
#include <convergence/plugin.h>
static const cvg_warehouse half_table;
#include "good_plugin.h"

static cvg_status half_query(cvg_instance *i, cvg_call *c, const cvg_sql *sql, struct ArrowArrayStream *out, cvg_error *e) {
  (void)i, (void)c, (void)sql, (void)out, (void)e;
  return CVG_E_UNSUPPORTED;
}
static cvg_status half_begin(cvg_instance *i, cvg_call *c, const cvg_publication *p, cvg_handle *txn, cvg_error *e) {
  (void)i, (void)c, (void)p, (void)e;
  *txn = 1;
  return CVG_OK;
}
static const cvg_warehouse half_table = {
    .struct_size = sizeof(cvg_warehouse), .query = &half_query, .begin = &half_begin};
