// The layout of ABI 1.0 as numbers.  A line here never changes: a new function or field is appended to the header and gets
// a line of its own; a plugin that was built against today's header reads these places for ever.  The file is compiled a
// second time with -fshort-enums, which may not change a number.
#include <convergence/plugin.h>
#include <gtest/gtest.h>

#include <cstddef>

namespace {

#define SIZE(type, bytes) static_assert(sizeof(type) == bytes)
#define AT(type, member, place) static_assert(offsetof(type, member) == place)
#define IS(constant, value) static_assert(constant == value)

static_assert(sizeof(void*) == 8 && sizeof(long) == 8 && sizeof(int) == 4, "LP64");
static_assert(CVG_MAGIC == 0x31475643u && CVG_ABI_MAJOR == 1u && CVG_ABI_MINOR == 0u);
static_assert(sizeof(cvg_status) == 4 && sizeof(cvg_handle) == 8);

IS(CVG_OK, 0); IS(CVG_E_CANCELLED, 1); IS(CVG_E_DEADLINE, 2); IS(CVG_E_CONFIG, 3); IS(CVG_E_AUTH, 4);
IS(CVG_E_DENIED, 5); IS(CVG_E_NOT_FOUND, 6); IS(CVG_E_CONFLICT, 7); IS(CVG_E_RATE_LIMITED, 8);
IS(CVG_E_UNAVAILABLE, 9); IS(CVG_E_DATA, 10); IS(CVG_E_LIMIT, 11); IS(CVG_E_UNSUPPORTED, 12); IS(CVG_E_STATE, 13);
IS(CVG_E_PLUGIN, 14); IS(CVG_E_HOST, 15); IS(CVG_E_PEER_DIED, 16); IS(CVG_ERR_RETRYABLE, 1);
IS(CVG_ERR_USER_FIXABLE, 2); IS(CVG_ERR_PARTIAL_COMMIT, 4); IS(CVG_FMT_PARQUET, 1); IS(CVG_FMT_CSV, 2);
IS(CVG_FMT_ARROW_IPC, 4); IS(CVG_APPEND, 1); IS(CVG_REPLACE_PARTITION, 2); IS(CVG_MERGE, 3); IS(CVG_REPLACE_TABLE, 4);
IS(CVG_REPLACE_UNIT, 5); IS(CVG_EXTRACT_RELOAD, 1); IS(CVG_UNIT_LOAD, 0); IS(CVG_UNIT_UNCHANGED, 1);
IS(CVG_UNIT_OLDER, 2); IS(CVG_REENTRANT, 1); IS(CVG_NEEDS_INPROCESS, 2); IS(CVG_NEEDS_ISOLATED, 4);
IS(CVG_SINGLETON, 8);

SIZE(cvg_error, 1560);
AT(cvg_error, struct_size, 0); AT(cvg_error, code, 4); AT(cvg_error, flags, 8); AT(cvg_error, http_status, 12);
AT(cvg_error, retry_after_ms, 16); AT(cvg_error, message, 24); AT(cvg_error, detail_json, 536);

SIZE(cvg_str, 16);
AT(cvg_str, p, 0); AT(cvg_str, n, 8);

SIZE(cvg_out, 24);
AT(cvg_out, struct_size, 0); AT(cvg_out, flags, 4); AT(cvg_out, ctx, 8); AT(cvg_out, write, 16);

SIZE(cvg_http_req, 104);
AT(cvg_http_req, struct_size, 0); AT(cvg_http_req, flags, 4); AT(cvg_http_req, method, 8); AT(cvg_http_req, url, 24);
AT(cvg_http_req, headers_json, 40); AT(cvg_http_req, body, 56); AT(cvg_http_req, auth_ref, 72);
AT(cvg_http_req, timeout_ms, 88); AT(cvg_http_req, max_bytes, 96);

SIZE(cvg_http_res, 32);
AT(cvg_http_res, struct_size, 0); AT(cvg_http_res, status, 4); AT(cvg_http_res, headers_json, 8);
AT(cvg_http_res, body, 16); AT(cvg_http_res, body_to_stage, 24);

SIZE(cvg_file, 72);
AT(cvg_file, struct_size, 0); AT(cvg_file, format, 4); AT(cvg_file, flags, 8); AT(cvg_file, reserved, 12);
AT(cvg_file, uri, 16); AT(cvg_file, name, 32); AT(cvg_file, dialect_json, 48); AT(cvg_file, bytes, 64);

SIZE(cvg_ingest, 184);
AT(cvg_ingest, struct_size, 0); AT(cvg_ingest, mode, 4); AT(cvg_ingest, table, 8); AT(cvg_ingest, keys_json, 24);
AT(cvg_ingest, partition_json, 40); AT(cvg_ingest, schema_json, 56); AT(cvg_ingest, source, 72);
AT(cvg_ingest, unit, 88); AT(cvg_ingest, constants_json, 104); AT(cvg_ingest, schema_policy, 120);
AT(cvg_ingest, txn, 136); AT(cvg_ingest, stream, 144); AT(cvg_ingest, files, 152); AT(cvg_ingest, n_files, 160);
AT(cvg_ingest, sql, 168);

SIZE(cvg_publication, 24);
AT(cvg_publication, struct_size, 0); AT(cvg_publication, flags, 4); AT(cvg_publication, marker, 8);

SIZE(cvg_sql, 40);
AT(cvg_sql, struct_size, 0); AT(cvg_sql, flags, 4); AT(cvg_sql, text, 8); AT(cvg_sql, txn, 24);
AT(cvg_sql, max_rows, 32);

SIZE(cvg_extract_req, 56);
AT(cvg_extract_req, struct_size, 0); AT(cvg_extract_req, flags, 4); AT(cvg_extract_req, dataset, 8);
AT(cvg_extract_req, uri, 24); AT(cvg_extract_req, options_json, 40);

SIZE(cvg_unit, 88);
AT(cvg_unit, struct_size, 0); AT(cvg_unit, flags, 4); AT(cvg_unit, source, 8); AT(cvg_unit, unit, 24);
AT(cvg_unit, version, 40); AT(cvg_unit, fingerprint, 56); AT(cvg_unit, layout, 72);

SIZE(cvg_host, 184);
AT(cvg_host, struct_size, 0); AT(cvg_host, abi_major, 4); AT(cvg_host, abi_minor, 8); AT(cvg_host, run_mode, 12);
AT(cvg_host, name_version, 16); AT(cvg_host, log, 24); AT(cvg_host, cancelled, 32); AT(cvg_host, remaining_ms, 40);
AT(cvg_host, sleep, 48); AT(cvg_host, progress, 56); AT(cvg_host, call_info, 64); AT(cvg_host, http, 72);
AT(cvg_host, secret, 80); AT(cvg_host, run_provider, 88); AT(cvg_host, run_units, 96); AT(cvg_host, wh_query, 104);
AT(cvg_host, wh_ingest, 112); AT(cvg_host, stage_open, 120); AT(cvg_host, stage_write, 128);
AT(cvg_host, stage_close, 136); AT(cvg_host, stage_read, 144); AT(cvg_host, sink_unit, 152);
AT(cvg_host, sink_put, 160); AT(cvg_host, sink_warn, 168); AT(cvg_host, get_ext, 176);

SIZE(cvg_objects, 40);
AT(cvg_objects, struct_size, 0); AT(cvg_objects, flags, 4); AT(cvg_objects, list, 8); AT(cvg_objects, stat, 16);
AT(cvg_objects, read_range, 24); AT(cvg_objects, to_stage, 32);

SIZE(cvg_component, 72);
AT(cvg_component, struct_size, 0); AT(cvg_component, flags, 4); AT(cvg_component, kind, 8);
AT(cvg_component, name, 16); AT(cvg_component, vtbl, 24); AT(cvg_component, describe, 32);
AT(cvg_component, create, 40); AT(cvg_component, check, 48); AT(cvg_component, interrupt, 56);
AT(cvg_component, destroy, 64);

SIZE(cvg_provider, 24);
AT(cvg_provider, struct_size, 0); AT(cvg_provider, flags, 4); AT(cvg_provider, discover, 8);
AT(cvg_provider, extract, 16);

SIZE(cvg_step, 24);
AT(cvg_step, struct_size, 0); AT(cvg_step, flags, 4); AT(cvg_step, plan, 8); AT(cvg_step, run, 16);

SIZE(cvg_warehouse, 112);
AT(cvg_warehouse, struct_size, 0); AT(cvg_warehouse, flags, 4); AT(cvg_warehouse, query, 8);
AT(cvg_warehouse, begin, 16); AT(cvg_warehouse, ingest, 24); AT(cvg_warehouse, end, 32);
AT(cvg_warehouse, published, 40); AT(cvg_warehouse, cursor, 48); AT(cvg_warehouse, create_dataset, 56);
AT(cvg_warehouse, drop_dataset, 64); AT(cvg_warehouse, describe_dataset, 72); AT(cvg_warehouse, mirror, 80);
AT(cvg_warehouse, discard, 88);
AT(cvg_warehouse, measure_dataset, 96); AT(cvg_warehouse, export_dataset, 104);

SIZE(cvg_keymgr, 32);
AT(cvg_keymgr, struct_size, 0); AT(cvg_keymgr, flags, 4); AT(cvg_keymgr, wrap, 8); AT(cvg_keymgr, unwrap, 16);
AT(cvg_keymgr, rotate, 24);

SIZE(cvg_session, 40);
AT(cvg_session, struct_size, 0); AT(cvg_session, flags, 4); AT(cvg_session, warm, 8); AT(cvg_session, open, 16);
AT(cvg_session, query, 24); AT(cvg_session, interrupt, 32);

SIZE(cvg_entry, 80);
AT(cvg_entry, magic, 0); AT(cvg_entry, struct_size, 4); AT(cvg_entry, abi_major, 8); AT(cvg_entry, abi_minor, 12);
AT(cvg_entry, id, 16); AT(cvg_entry, version, 24); AT(cvg_entry, sdk, 32); AT(cvg_entry, manifest_json, 40);
AT(cvg_entry, init, 48); AT(cvg_entry, component, 56); AT(cvg_entry, get_ext, 64); AT(cvg_entry, shutdown, 72);

SIZE(struct ArrowSchema, 72);

SIZE(struct ArrowArray, 80);

SIZE(struct ArrowArrayStream, 40);

TEST(Layout, HasAsksWhetherTheSenderKnowsASlotAndSetIt) {
  cvg_step step{};
  step.struct_size = sizeof step;
  EXPECT_FALSE(CVG_HAS(&step, cvg_step, plan));
  step.plan = [](cvg_instance *, cvg_call *, const cvg_str *, cvg_out *, cvg_error *) -> cvg_status { return CVG_OK; };
  EXPECT_TRUE(CVG_HAS(&step, cvg_step, plan));
  step.struct_size = offsetof(cvg_step, plan);
  EXPECT_FALSE(CVG_HAS(&step, cvg_step, plan));
}

}  // namespace
