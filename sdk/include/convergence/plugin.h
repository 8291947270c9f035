/* plugin.h: the Convergence plugin ABI, version 1.0.  This header is all that a plugin needs; it is plain C99.
 *
 * Platform: LP64, little-endian, UTF-8 text.  The ABI holds no C++ type, enum field, bit-field, bool, struct by value,
 * varargs or shared allocator.
 *
 * Growth: every struct that may grow begins with struct_size; a receiver reads min(sender's struct_size, its own sizeof).
 * Fields and functions are only ever appended.  CVG_HAS() asks whether an optional slot is there.
 *
 * Ownership: every cvg_str and pointer handed in is borrowed until the call returns.  Text and bytes go out through a
 * cvg_out of the caller; rows go out as Arrow streams, which carry their own release.
 *
 * Threads: each function carries a tag.
 *   [call-thread]  only on the thread that is inside a plugin function, with that function's cvg_call
 *   [any-thread]   at any time from any thread
 *   [init]         only inside init()
 * The host makes one call at a time per instance unless the component is CVG_REENTRANT; several instances run in
 * parallel; an instance may move between threads from one call to the next.
 *
 * Errors: a function that takes a cvg_error fills it when it answers anything but CVG_OK.  The codes are below; the host
 * decides retry, HTTP status and wording from the code in one table. */
#ifndef CVG_PLUGIN_H
#define CVG_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include "arrow_c.h"
#ifdef __cplusplus
extern "C" {
#endif

#define CVG_MAGIC 0x31475643u /* "CVG1" */
#define CVG_ABI_MAJOR 1u      /* must be equal, or the plugin is refused */
#define CVG_ABI_MINOR 0u      /* a plugin states the LOWEST minor that it needs; above the host's: refused */

/* True when slot m of *p exists in the sender's version of the struct and is set. */
#define CVG_HAS(p, type, m) ((p)->struct_size >= offsetof(type, m) + sizeof((p)->m) && (p)->m)

/* ---- status and error ------------------------------------------------------------------------------------------- */
typedef int32_t cvg_status; /* an unknown code is read as CVG_E_PLUGIN */

enum {
  CVG_OK = 0,
  CVG_E_CANCELLED = 1,    /* the cancel flag was seen; never retried */
  CVG_E_DEADLINE = 2,     /* the call's deadline passed */
  CVG_E_CONFIG = 3,       /* a configuration or template is wrong; the operator or author must change it */
  CVG_E_AUTH = 4,         /* credentials are missing or refused */
  CVG_E_DENIED = 5,       /* known, but not allowed (grants, allowed roots) */
  CVG_E_NOT_FOUND = 6,    /* an object, table, dataset or file does not exist */
  CVG_E_CONFLICT = 7,     /* somebody else changed it meanwhile; retry from the start of the step */
  CVG_E_RATE_LIMITED = 8, /* retry_after_ms may say when */
  CVG_E_UNAVAILABLE = 9,  /* a remote side or a resource (disk) is not usable right now; retryable */
  CVG_E_DATA = 10,        /* the data is wrong: file, line and field stand in the message */
  CVG_E_LIMIT = 11,       /* a named limit was reached; the message names it */
  CVG_E_UNSUPPORTED = 12, /* this component does not offer that */
  CVG_E_STATE = 13,       /* a call outside its time: stale cvg_call, unknown handle */
  CVG_E_PLUGIN = 14,      /* the plugin failed in a way that it cannot name */
  CVG_E_HOST = 15,        /* the host failed in a way that it cannot name */
  CVG_E_PEER_DIED = 16    /* the worker process ended */
};

enum {
  CVG_ERR_RETRYABLE = 1,     /* the same call may succeed later */
  CVG_ERR_USER_FIXABLE = 2,  /* the tenant can mend it: the message may be shown to the tenant */
  CVG_ERR_PARTIAL_COMMIT = 4 /* part of the work is published */
};

/* Allocated by the caller, holds no pointer: it outlives plugin and worker.  message is for the operator, holds no
 * secret, is always terminated; detail_json is empty or one JSON object, for example {"file":..,"line":..,"field":..}. */
typedef struct cvg_error {
  uint32_t struct_size;
  cvg_status code;
  uint32_t flags;
  int32_t http_status;    /* 0: none */
  int64_t retry_after_ms; /* -1: no advice */
  char message[512];
  char detail_json[1024];
} cvg_error;

/* ---- small types ------------------------------------------------------------------------------------------------ */
typedef struct cvg_str { /* bytes, not terminated; p may be NULL when n is 0; fixed for ever, hence by value inside */
  const char *p;
  uint64_t n;
} cvg_str;

typedef struct cvg_out { /* a bounded writer: the callee appends, the caller owns the storage */
  uint32_t struct_size;
  uint32_t flags;
  void *ctx;
  cvg_status (*write)(void *ctx, const void *p, uint64_t n); /* [call-thread] CVG_E_LIMIT when the quota is reached */
} cvg_out;

typedef struct cvg_call cvg_call;         /* opaque: tenant, run, deadline, cancel flag, grants, source, trace id */
typedef struct cvg_sink cvg_sink;         /* opaque: where extract() puts rows */
typedef struct cvg_instance cvg_instance; /* opaque to the host, owned by the plugin */
typedef uint64_t cvg_handle;              /* an id in a table of the host or the warehouse, never an address; 0: none */

/* ---- requests --------------------------------------------------------------------------------------------------- */
typedef struct cvg_http_req { /* the host owns TLS, proxy, retry budget and the egress allow-list */
  uint32_t struct_size;
  uint32_t flags;
  cvg_str method, url, headers_json, body;
  cvg_str auth_ref; /* the host adds the credential; the plugin never sees it */
  int64_t timeout_ms;
  uint64_t max_bytes;
} cvg_http_req;

typedef struct cvg_http_res {
  uint32_t struct_size;
  int32_t status;
  cvg_out *headers_json, *body;
  cvg_handle body_to_stage; /* not 0: the body goes to this open stage file */
} cvg_http_res;

enum { CVG_FMT_PARQUET = 1, CVG_FMT_CSV = 2, CVG_FMT_ARROW_IPC = 4 };

/* A staged file, the alternative to an Arrow stream.
 * dialect_json of CSV: {"delimiter":",","quote":"\"","header_rows":1,"width":N,"null_words":["NULL"],
 *   "source_columns":["name in the file", ...]}  (source_columns: the N columns of the file in file order)
 * dialect_json of Parquet: {}.
 * The mapping to the target stands in cvg_ingest.schema_json. name is what messages call the file: the object's key. */
typedef struct cvg_file {
  uint32_t struct_size;
  uint32_t format; /* CVG_FMT_* */
  uint32_t flags;
  uint32_t reserved;
  cvg_str uri;  /* "stage:<id>" */
  cvg_str name; /* the object's key as the cloud named it */
  cvg_str dialect_json;
  uint64_t bytes; /* 0: unknown */
} cvg_file;

enum {
  CVG_APPEND = 1,
  CVG_REPLACE_PARTITION = 2, /* partition_json: {"column":..,"value":..} */
  CVG_MERGE = 3,             /* keys_json: ["column", ...] */
  CVG_REPLACE_TABLE = 4,
  CVG_REPLACE_UNIT = 5 /* source and unit name what is replaced */
};

/* Rows for one table.  Exactly one of stream, files (n_files > 0) and sql is set; none of them: zero rows, which still
 * replace what the mode names.
 *
 * schema_json describes the target's data columns in order (not the lineage):
 *   [{"name":"line_item_unblended_cost","type":"DECIMAL(38,24)","role":"money","from":"lineItem/UnblendedCost",
 *     "convert":"text", "nullable":true}, ...]
 * For files, "from" names a source column ("": the column is NULL in every row); for MAP(VARCHAR, VARCHAR) columns "from"
 * may be a list of [source column, key] pairs, whose non-empty values become entries.  In a Parquet file "service.id",
 * where no column is called so, is the field id of the STRUCT column service, and so on inwards.  "value" in place of
 * "from": that text in every row.  "convert" is one of CVG_CONVERT names: "text" (default: trimmed text is cast; an empty
 * text and every null word are NULL), "json_map" (a JSON object's text, also without its outer braces, becomes a MAP; a
 * value that is no string keeps its JSON text, null is NULL), "json_list" (a JSON array's text becomes the column's LIST
 * of STRUCT: its objects have exactly those fields, numerals as JSON strings, so that money keeps its digits), "json"
 * (kept as JSON text, checked), "date_mdy" (M/D/YYYY or MM/DD/YYYY, ISO also), "date_dmy", "timestamp" (ISO with or
 * without T, zone, fraction; also the date_mdy forms; cast to the column's type, which may be DATE), "native" (Parquet:
 * the column's own type is cast; FLOAT and DOUBLE go through text for money, inside LIST and STRUCT too).  The other names
 * apply to Parquet columns of text as they do to CSV.  role "money": a value that does not survive the cast without loss
 * is refused with file and line; role "quantity": rounding is allowed.
 * For streams and sql an empty schema_json means: names and types as they come.
 *
 * In an extract the provider fills stream or files, schema_json, source and unit only; table, mode, keys, partition,
 * txn and constants_json are the host's. */
typedef struct cvg_ingest {
  uint32_t struct_size;
  uint32_t mode; /* CVG_APPEND .. */
  cvg_str table, keys_json, partition_json, schema_json;
  cvg_str source, unit;   /* identity of the delivery's origin, and the unit (period, day) that it restates */
  cvg_str constants_json; /* lineage: [{"name":"x_run_id","type":"VARCHAR","value":"..."}, ...] */
  cvg_str schema_policy;  /* "evolve" (default) or "freeze" */
  cvg_handle txn;         /* what begin() opened */
  struct ArrowArrayStream *stream; /* moved: the consumer releases it; pulled on the calling thread */
  const cvg_file *const *files;    /* pointers, because an array of structs cannot grow */
  uint64_t n_files;
  cvg_str sql; /* a SELECT that the warehouse runs and stages by itself */
} cvg_ingest;

/* What begin() opens: everything inside is published once, under one marker. */
typedef struct cvg_publication {
  uint32_t struct_size;
  uint32_t flags;
  cvg_str marker; /* run and step, independent of the attempt */
} cvg_publication;

typedef struct cvg_sql {
  uint32_t struct_size;
  uint32_t flags;
  cvg_str text;
  cvg_handle txn;    /* not 0: the query sees what would be published */
  uint64_t max_rows; /* 0: no cap */
} cvg_sql;

typedef struct cvg_extract_req {
  uint32_t struct_size;
  uint32_t flags;       /* CVG_EXTRACT_RELOAD: read even what is unchanged */
  cvg_str dataset;      /* for example "cost_and_usage" */
  cvg_str uri;          /* root of the delivery; the objects service is bound to it */
  cvg_str options_json; /* the template's source.options, for example {"billing_period":"2025-11","layout":"auto"} */
} cvg_extract_req;
enum { CVG_EXTRACT_RELOAD = 1 };

/* A unit that a provider offers to the sink before it stages anything.
 * version orders deliveries of one unit: "<kind>:<text that sorts>", for example "delivered:2024-04-02T13:14:43.337Z";
 * two versions are comparable only when their kinds are equal.  fingerprint is a digest over the delivery's files. */
typedef struct cvg_unit {
  uint32_t struct_size;
  uint32_t flags;
  cvg_str source, unit, version, fingerprint, layout;
} cvg_unit;
enum { CVG_UNIT_LOAD = 0, CVG_UNIT_UNCHANGED = 1, CVG_UNIT_OLDER = 2 };

/* ---- services of the host ---------------------------------------------------------------------------------------
 * All are thread-safe between calls, and legal only between entry to and return from a plugin function, with that
 * function's cvg_call, on its thread unless tagged otherwise; a stale call is answered with CVG_E_STATE. */
typedef struct cvg_host {
  uint32_t struct_size;
  uint32_t abi_major, abi_minor;
  uint32_t run_mode; /* 0 in the server's process, 1 in an isolated worker */
  const char *name_version;

  /* [any-thread] A line of the run's log.  level: 0 debug, 1 info, 2 warning, 3 error.  fields_json may be NULL. */
  void (*log)(cvg_call *, int32_t level, const cvg_str *msg, const cvg_str *fields_json);
  /* [any-thread] 1 when the call should stop: cheap, ask it in every loop. */
  int32_t (*cancelled)(cvg_call *);
  /* [any-thread] Milliseconds to the deadline (never negative); INT64_MAX when there is none. */
  int64_t (*remaining_ms)(cvg_call *);
  /* [call-thread] Sleeps; CVG_E_CANCELLED or CVG_E_DEADLINE when woken before the time. */
  cvg_status (*sleep)(cvg_call *, int64_t ms);
  /* [any-thread] fraction 0..1, or negative when unknown.  note may be NULL. */
  void (*progress)(cvg_call *, double fraction, uint64_t rows, uint64_t bytes, const cvg_str *note);

  /* [call-thread] For whom this call works: {"tenant","run","step","attempt","pipeline","run_date","trace"}. */
  cvg_status (*call_info)(cvg_call *, cvg_out *json, cvg_error *);
  /* [call-thread] An HTTP exchange under the plugin's grants. */
  cvg_status (*http)(cvg_call *, const cvg_http_req *, cvg_http_res *, cvg_error *);
  /* [call-thread] A secret that the operator granted by name. */
  cvg_status (*secret)(cvg_call *, const cvg_str *name, cvg_out *, cvg_error *);

  /* [call-thread] Steps only.  Runs a provider's extract into the step's destination.  destination_json:
   * {"table","write_mode","keys":[],"partition":{},"schema":"evolve"}.  result_json: {"rows","bytes","files",
   * "unchanged":bool,"units":[{"source","unit","decision":"load|unchanged|older","rows"}],"warnings":[..]}. */
  cvg_status (*run_provider)(cvg_call *, const cvg_str *provider, const cvg_extract_req *, const cvg_str *destination_json,
                             cvg_out *result_json, cvg_error *);
  /* [call-thread] Steps only.  The units of a table that this run is responsible for: [{"source","unit"}, ...]. */
  cvg_status (*run_units)(cvg_call *, const cvg_str *table, cvg_out *json, cvg_error *);

  /* [call-thread] Steps only.  A SELECT on the tenant's dataset.  The plugin releases the stream. */
  cvg_status (*wh_query)(cvg_call *, const cvg_sql *, struct ArrowArrayStream *out, cvg_error *);
  /* [call-thread] Steps only.  Stages rows into the step's publication; the host publishes when the step ends well. */
  cvg_status (*wh_ingest)(cvg_call *, const cvg_ingest *, int64_t *rows, cvg_error *);

  /* [call-thread] The stage: scratch files of the host that end with the call's step. */
  cvg_status (*stage_open)(cvg_call *, const cvg_str *name, cvg_handle *, cvg_error *);
  cvg_status (*stage_write)(cvg_call *, cvg_handle, const void *, uint64_t n, cvg_error *);
  cvg_status (*stage_close)(cvg_call *, cvg_handle, cvg_out *uri, cvg_error *);
  cvg_status (*stage_read)(cvg_call *, const cvg_str *uri, uint64_t offset, uint64_t n, cvg_out *, cvg_error *);

  /* [call-thread] Providers only, inside extract().  sink_unit opens a unit and answers CVG_UNIT_*; only after
   * CVG_UNIT_LOAD come sink_put (any number, zero replaces by nothing) and the next sink_unit or the return, which
   * closes it.  sink_warn adds a warning to the step's outputs. */
  cvg_status (*sink_unit)(cvg_call *, cvg_sink *, const cvg_unit *, int32_t *decision, cvg_error *);
  cvg_status (*sink_put)(cvg_call *, cvg_sink *, const cvg_ingest *, int64_t *rows, cvg_error *);
  void (*sink_warn)(cvg_call *, cvg_sink *, const cvg_str *message);

  /* [any-thread] An extension by id, for example "cvg.objects/1"; NULL when absent or not granted. */
  const void *(*get_ext)(const char *id);
} cvg_host;

/* ---- what a plugin gives ---------------------------------------------------------------------------------------- */
enum { CVG_REENTRANT = 1, CVG_NEEDS_INPROCESS = 2, CVG_NEEDS_ISOLATED = 4, CVG_SINGLETON = 8 };
#define CVG_KIND_PROVIDER "cvg.provider/1"
#define CVG_KIND_STEP "cvg.step/1"
#define CVG_KIND_WAREHOUSE "cvg.warehouse/1"
#define CVG_KIND_KEY_MANAGER "cvg.key_manager/1"

/* One component; vtbl points to the kind's table below. */
typedef struct cvg_component {
  uint32_t struct_size;
  uint32_t flags;
  const char *kind; /* CVG_KIND_* */
  const char *name; /* "gcp", "ingest": what templates and server.yml say */
  const void *vtbl;
  /* [call-thread] {"summary":"..","config_schema":{JSON Schema},"spec_schema":{JSON Schema of a step's own options},
   * "grants":{},"datasets":[..]}.  Pure: no instance, no host call.  Required. */
  cvg_status (*describe)(cvg_call *, cvg_out *json, cvg_error *);
  /* [call-thread] Makes an instance; config_json has passed config_schema.  Required. */
  cvg_status (*create)(cvg_call *, const cvg_str *config_json, cvg_instance **, cvg_error *);
  /* [call-thread] Credentials and reachability.  Optional. */
  cvg_status (*check)(cvg_instance *, cvg_call *, cvg_error *);
  /* [any-thread] Asks the running call to end soon; must neither block nor free.  Optional. */
  void (*interrupt)(cvg_instance *);
  /* [call-thread] Frees the instance; never during a call.  Required. */
  void (*destroy)(cvg_instance *);
} cvg_component;

typedef struct cvg_provider {
  uint32_t struct_size;
  uint32_t flags;
  /* [call-thread] {"datasets":[{"name","summary","layouts":[..]}]}.  Required. */
  cvg_status (*discover)(cvg_instance *, cvg_call *, cvg_out *json, cvg_error *);
  /* [call-thread] Reads a dataset below req->uri into the sink.  Required. */
  cvg_status (*extract)(cvg_instance *, cvg_call *, const cvg_extract_req *, cvg_sink *, cvg_error *);
} cvg_provider;

typedef struct cvg_step {
  uint32_t struct_size;
  uint32_t flags;
  /* [call-thread] Checks a spec with its placeholders when a template loads: {"errors":[{"field","message"}]}.  Optional. */
  cvg_status (*plan)(cvg_instance *, cvg_call *, const cvg_str *spec_json, cvg_out *json, cvg_error *);
  /* [call-thread] Does the step.  outputs_json: {"rows","bytes","table",...}, read also when the status is not CVG_OK;
   * "dq_results": [...] is stored per expectation.  Required. */
  cvg_status (*run)(cvg_instance *, cvg_call *, const cvg_str *spec_json, cvg_out *outputs_json, cvg_error *);
} cvg_step;

/* One instance serves all tenants (CVG_REENTRANT); the tenant comes from the call. */
typedef struct cvg_warehouse {
  uint32_t struct_size;
  uint32_t flags;
  /* [call-thread] A SELECT on the call's tenant.  Required. */
  cvg_status (*query)(cvg_instance *, cvg_call *, const cvg_sql *, struct ArrowArrayStream *out, cvg_error *);
  /* [call-thread] Opens a publication.  CVG_E_CONFLICT never; a marker that is already published is told by published(). */
  cvg_status (*begin)(cvg_instance *, cvg_call *, const cvg_publication *, cvg_handle *txn, cvg_error *);
  /* [call-thread] Stages rows into the publication; nobody sees them. */
  cvg_status (*ingest)(cvg_instance *, cvg_call *, const cvg_ingest *, int64_t *rows, cvg_error *);
  /* [call-thread] commit != 0: publishes everything with marker and cursors in one transaction; else drops it.  The
   * handle is gone afterwards in either case.  cursors_json: {"<key>":{..."version":..}, ...}; one whose stored version
   * is comparable and newer: CVG_E_CONFLICT for all.  result_json: {"already":bool,"rows":n,"locked_ms":n}. */
  cvg_status (*end)(cvg_instance *, cvg_call *, cvg_handle txn, int32_t commit, const cvg_str *cursors_json,
                    cvg_out *result_json, cvg_error *);
  /* [call-thread] The cursors that were committed under this marker, or CVG_E_NOT_FOUND. */
  cvg_status (*published)(cvg_instance *, cvg_call *, const cvg_str *marker, cvg_out *cursors_json, cvg_error *);
  /* [call-thread] The last committed cursor of a key, or CVG_E_NOT_FOUND. */
  cvg_status (*cursor)(cvg_instance *, cvg_call *, const cvg_str *key, cvg_out *cursor_json, cvg_error *);
  /* [call-thread] Makes the dataset, all or nothing: {"created":bool,"tables":[..],"views":[..]}.
   * spec_json: {"recreate":bool}; CVG_E_CONFLICT when it exists and recreate is false. */
  cvg_status (*create_dataset)(cvg_instance *, cvg_call *, const cvg_str *spec_json, cvg_out *result_json, cvg_error *);
  /* [call-thread] Drops the call's tenant's dataset with all data.  CVG_OK also when there is none. */
  cvg_status (*drop_dataset)(cvg_instance *, cvg_call *, cvg_error *);
  /* [call-thread] {"exists":bool,"version":n,"tables":[{"name","columns":[{"name","type"}]}]}. */
  cvg_status (*describe_dataset)(cvg_instance *, cvg_call *, cvg_out *json, cvg_error *);
  /* [call-thread] Upserts metadata rows, one transaction: {"tables":[{"table","keys":[],"columns":[],"rows":[[..]],"is_whole":others go}]}. */
  cvg_status (*mirror)(cvg_instance *, cvg_call *, const cvg_str *batch_json, cvg_error *);
  /* [call-thread] Drops what the call's step has staged into an open publication; the rest stays.  Optional. */
  cvg_status (*discard)(cvg_instance *, cvg_call *, cvg_handle txn, cvg_error *);
  /* [call-thread] What drop_dataset would drop: {"tables":[{"name","rows"}],"files":n,"bytes":n}.  Optional. */
  cvg_status (*measure_dataset)(cvg_instance *, cvg_call *, cvg_out *json, cvg_error *);
  /* [call-thread] Writes every table as a Parquet file, as of one moment: {"tables":[{"name","file","rows","bytes"}]}.
   * spec_json: {"folder":"/..","bytes_max":n}; CVG_E_LIMIT when the files are larger than that together.  Optional. */
  cvg_status (*export_dataset)(cvg_instance *, cvg_call *, const cvg_str *spec_json, cvg_out *result_json, cvg_error *);
} cvg_warehouse;

typedef struct cvg_keymgr { /* aad binds tenant and purpose; outputs are bytes */
  uint32_t struct_size;
  uint32_t flags;
  cvg_status (*wrap)(cvg_instance *, cvg_call *, const cvg_str *key_id, const cvg_str *plain, const cvg_str *aad,
                     cvg_out *blob, cvg_error *);
  cvg_status (*unwrap)(cvg_instance *, cvg_call *, const cvg_str *key_id, const cvg_str *blob, const cvg_str *aad,
                       cvg_out *plain, cvg_error *);
  /* [call-thread] Makes a master key for later wraps; unwrap() still reads what older ones wrapped.  Optional. */
  cvg_status (*rotate)(cvg_instance *, cvg_call *, cvg_error *);
} cvg_keymgr;

/* The one exported DATA symbol.  The host reads magic, sizes and versions before it calls anything. */
typedef struct cvg_entry {
  uint32_t magic;
  uint32_t struct_size;
  uint32_t abi_major, abi_minor;
  const char *id;            /* "com.acme.oci-cost" */
  const char *version;       /* "1.4.2" */
  const char *sdk;           /* "cvg-c/1.0 gcc-12" */
  const char *manifest_json; /* equal, byte for byte, to the ELF note .note.cvg */
  /* [init] Keeps the host table (it lives as long as the process).  Calls nothing on it.  Tolerates repeats. */
  cvg_status (*init)(const cvg_host *, cvg_error *);
  /* [any-thread] The component at index; NULL ends the list. */
  const cvg_component *(*component)(uint32_t index);
  /* [any-thread] An extension that the plugin offers; NULL when absent. */
  const void *(*get_ext)(const char *id);
  /* [any-thread] After the last destroy(): joins every thread that the plugin made.  Tolerates repeats. */
  void (*shutdown)(void);
} cvg_entry;

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
extern const cvg_entry cvg_plugin_entry; /* a version script hides everything else */

/* Writes the manifest into the ELF note section .note.cvg, where the host reads it before dlopen.  Use once, at file
 * scope, with a string literal; note type 1, owner "cvg". */
#if defined(__GNUC__)
#define CVG_MANIFEST_NOTE(text)                                                                        \
  __attribute__((section(".note.cvg"), used, aligned(4))) static const struct {                        \
    uint32_t namesz, descsz, type;                                                                     \
    char name[4];                                                                                      \
    char desc[(sizeof(text) + 3u) / 4u * 4u];                                                          \
  } cvg_manifest_note = {4u, (uint32_t)sizeof(text), 1u, {'c', 'v', 'g', 0}, text}
#endif
#ifdef __cplusplus
}
#endif
#include "objects.h" /* the extension "cvg.objects/1" of the host */
#include "session.h" /* the extension "cvg.session/1" of a warehouse plugin */
#endif /* CVG_PLUGIN_H */
