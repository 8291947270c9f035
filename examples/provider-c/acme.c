/* acme.c: a provider in one C file.  The seller ACME delivers its invoices as CSV files in one folder; each file becomes a
 * unit of the dataset "invoice", so that a file that is delivered again replaces its own rows and no others.
 *
 * The provider opens no file and parses no row: it lists objects, asks the host to stage those that are new, and says what
 * the columns mean.  The warehouse reads the staged files by itself. */
#include <convergence/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- manifest: what the host reads from the file before it loads anything ----------------------------------------- */

#define ID "com.example.acme"
#define VERSION "1.0.0"
#define MANIFEST                                                                     \
  "{\"id\":\"" ID "\",\"version\":\"" VERSION "\",\"abi\":\"1.0\","                  \
  "\"components\":[{\"kind\":\"" CVG_KIND_PROVIDER "\",\"name\":\"acme\"}]}"
CVG_MANIFEST_NOTE(MANIFEST);

/* --- what the dataset looks like ---------------------------------------------------------------------------------- */

static const char header[] = "invoice_id,service,usage_date,amount,currency";

static const char dialect[] =
    "{\"delimiter\":\",\",\"quote\":\"\\\"\",\"header_rows\":1,\"width\":5,"
    "\"source_columns\":[\"invoice_id\",\"service\",\"usage_date\",\"amount\",\"currency\"]}";

/* Money is DECIMAL and has the role "money": a value that does not fit is refused with file and line, never rounded. */
static const char schema[] =
    "[{\"name\":\"invoice_id\",\"type\":\"VARCHAR\",\"from\":\"invoice_id\",\"nullable\":false},"
    "{\"name\":\"service\",\"type\":\"VARCHAR\",\"from\":\"service\"},"
    "{\"name\":\"usage_date\",\"type\":\"DATE\",\"from\":\"usage_date\",\"convert\":\"date_mdy\"},"
    "{\"name\":\"amount\",\"type\":\"DECIMAL(38,24)\",\"role\":\"money\",\"from\":\"amount\"},"
    "{\"name\":\"currency\",\"type\":\"VARCHAR\",\"from\":\"currency\"}]";

/* --- small things that C lacks ------------------------------------------------------------------------------------ */

static const cvg_host *host; /* lives as long as the process */

typedef struct text { /* grows as the host writes into it */
  char *p;
  size_t n;
} text;

static cvg_status text_write(void *ctx, const void *p, uint64_t n) {
  text *t = ctx;
  char *more = realloc(t->p, t->n + (size_t)n + 1);
  if (!more) return CVG_E_LIMIT;
  memcpy(more + t->n, p, (size_t)n);
  t->p = more;
  t->n += (size_t)n;
  t->p[t->n] = 0;
  return CVG_OK;
}

/* A writer that begins with an empty text. */
static cvg_out writer(text *t) {
  cvg_out out = {sizeof(cvg_out), 0, NULL, &text_write};
  free(t->p);
  memset(t, 0, sizeof *t);
  out.ctx = t;
  return out;
}

static cvg_str str(const char *s) {
  cvg_str made;
  made.p = s;
  made.n = s ? strlen(s) : 0;
  return made;
}

/* about: the file, or nothing. */
static cvg_status fail(cvg_error *e, cvg_status code, const char *about, const char *message) {
  e->code = code;
  e->flags = CVG_ERR_USER_FIXABLE;
  snprintf(e->message, sizeof e->message, "%s%s", about, message);
  return code;
}

/* The host writes compact JSON: a member's value begins right behind its name.  Copies the string value of the first
 * member called name at or behind at, and answers where it ends; NULL when there is none or no memory. */
static const char *json_text(const char *at, const char *name, char **value) {
  char wanted[40], *out;
  const char *p;
  snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
  *value = NULL;
  if (!at || !(p = strstr(at, wanted))) return NULL;
  p += strlen(wanted);
  if (!(out = *value = malloc(strlen(p) + 1))) return NULL;
  for (; *p && *p != '"'; ++p) {
    if (*p != '\\') {
      *out++ = *p;
    } else if (*++p == 'u') { /* only control characters are written so */
      unsigned c = 0;
      sscanf(p + 1, "%4x", &c);
      *out++ = (char)c;
      p += 4;
    } else {
      const char *from = "bfnrt", *to = "\b\f\n\r\t", *known = *p ? strchr(from, *p) : NULL;
      *out++ = known ? to[known - from] : *p;
    }
  }
  *out = 0;
  return p;
}

static const char *json_number(const char *at, const char *name, char *value, size_t size) {
  char wanted[40];
  const char *p;
  size_t n;
  snprintf(wanted, sizeof wanted, "\"%s\":", name);
  if (!at || !(p = strstr(at, wanted))) return NULL;
  p += strlen(wanted);
  n = strspn(p, "-0123456789");
  if (n >= size) return NULL;
  memcpy(value, p, n);
  value[n] = 0;
  return p + n;
}

/* --- the component ------------------------------------------------------------------------------------------------ */

struct cvg_instance {
  char *seller; /* which of ACME's subsidiaries: part of the units' identity */
};

static cvg_status describe(cvg_call *call, cvg_out *json, cvg_error *e) {
  static const char said[] =
      "{\"summary\":\"Invoices of the seller ACME, as CSV files in one folder\","
      "\"config_schema\":{\"type\":\"object\",\"properties\":{\"seller\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":100,"
      "\"description\":\"The subsidiary that delivers; acme by default\"}}},"
      "\"datasets\":[{\"name\":\"invoice\",\"summary\":\"One row per invoice line\"}]}";
  (void)call, (void)e;
  return json->write(json->ctx, said, sizeof said - 1);
}

static cvg_status create(cvg_call *call, const cvg_str *config, cvg_instance **instance, cvg_error *e) {
  text copy = {NULL, 0};
  cvg_instance *made = calloc(1, sizeof *made);
  (void)call;
  if (!made || text_write(&copy, config->p, config->n) != CVG_OK) {
    free(made);
    return fail(e, CVG_E_LIMIT, "", "out of memory");
  }
  if (!json_text(copy.p, "seller", &made->seller)) made->seller = NULL;
  free(copy.p);
  *instance = made;
  return CVG_OK;
}

static void destroy(cvg_instance *instance) {
  free(instance->seller);
  free(instance);
}

static cvg_status discover(cvg_instance *instance, cvg_call *call, cvg_out *json, cvg_error *e) {
  static const char said[] = "{\"datasets\":[{\"name\":\"invoice\",\"summary\":\"One row per invoice line\",\"layouts\":[\"csv\"]}]}";
  (void)instance, (void)call, (void)e;
  return json->write(json->ctx, said, sizeof said - 1);
}

/* One object of a listing. */
typedef struct object {
  char *key;
  char bytes[24], modified[24];
} object;

/* The first line must be the header that we know: columns that moved must not be loaded under wrong names. */
static cvg_status check_header(const cvg_objects *objects, cvg_call *call, const object *o, cvg_error *e) {
  text line = {NULL, 0};
  cvg_out out = writer(&line);
  const cvg_str key = str(o->key);
  const size_t n = sizeof header - 1;
  cvg_status s = objects->read_range(call, &key, 0, n + 1, &out, e);
  if (s == CVG_OK && (line.n < n || memcmp(line.p, header, n) != 0 || (line.n > n && !strchr("\r\n", line.p[n]))))
    s = fail(e, CVG_E_DATA, o->key, ", line 1: the columns are not those of an ACME invoice");
  free(line.p);
  return s;
}

/* Stages one object and puts it into the unit that the sink has opened. */
static cvg_status put(const cvg_objects *objects, cvg_call *call, const object *o, const cvg_unit *unit, cvg_sink *sink,
                      cvg_error *e) {
  text staged = {NULL, 0};
  cvg_out out = writer(&staged);
  const cvg_str key = str(o->key), options = str("{\"inflate\":\"none\"}");
  char *uri = NULL;
  cvg_status s = objects->to_stage(call, &key, &options, &out, e);
  if (s == CVG_OK && !json_text(staged.p, "uri", &uri)) s = fail(e, CVG_E_PLUGIN, o->key, " was not staged");
  if (s == CVG_OK) {
    cvg_file file;
    const cvg_file *files[1];
    cvg_ingest ingest;
    memset(&file, 0, sizeof file);
    file.struct_size = sizeof file;
    file.format = CVG_FMT_CSV;
    file.uri = str(uri);
    file.name = key;
    file.dialect_json = str(dialect);
    files[0] = &file;
    memset(&ingest, 0, sizeof ingest);
    ingest.struct_size = sizeof ingest;
    ingest.schema_json = str(schema);
    ingest.source = unit->source;
    ingest.unit = unit->unit;
    ingest.files = files;
    ingest.n_files = 1;
    s = host->sink_put(call, sink, &ingest, NULL, e);
  }
  free(uri);
  free(staged.p);
  return s;
}

/* Offers a file to the sink, and loads it when the sink does not know it yet. */
static cvg_status load(cvg_instance *self, const cvg_objects *objects, cvg_call *call, const object *o, cvg_sink *sink,
                       cvg_error *e) {
  char source[128], version[64], fingerprint[64];
  cvg_unit unit;
  int32_t decision = CVG_UNIT_LOAD;
  cvg_status s;
  snprintf(source, sizeof source, "acme:%s", self->seller ? self->seller : "acme");
  snprintf(version, sizeof version, "modified:%020lld", strtoll(o->modified, NULL, 10)); /* sorts as text */
  snprintf(fingerprint, sizeof fingerprint, "%s-%s", o->bytes, o->modified);
  memset(&unit, 0, sizeof unit);
  unit.struct_size = sizeof unit;
  unit.source = str(source);
  unit.unit = str(o->key);
  unit.version = str(version);
  unit.fingerprint = str(fingerprint);
  unit.layout = str("csv");
  s = host->sink_unit(call, sink, &unit, &decision, e);
  if (s != CVG_OK || decision != CVG_UNIT_LOAD) return s;
  s = check_header(objects, call, o, e);
  return s == CVG_OK ? put(objects, call, o, &unit, sink, e) : s;
}

static int is_csv(const char *key) {
  const size_t n = strlen(key);
  return n > 4 && strcmp(key + n - 4, ".csv") == 0;
}

/* The CSV files of one page of the listing. */
static cvg_status load_page(cvg_instance *self, const cvg_objects *objects, cvg_call *call, const char *at, cvg_sink *sink,
                            cvg_error *e) {
  cvg_status s = CVG_OK;
  object o;
  while (s == CVG_OK && (at = json_text(at, "key", &o.key)) != NULL) {
    at = json_number(at, "bytes", o.bytes, sizeof o.bytes);
    at = json_number(at, "modified_ms", o.modified, sizeof o.modified);
    if (host->cancelled(call)) s = fail(e, CVG_E_CANCELLED, "", "cancelled");
    else if (at && is_csv(o.key)) s = load(self, objects, call, &o, sink, e);
    free(o.key);
    o.key = NULL;
  }
  return s;
}

static cvg_status extract(cvg_instance *self, cvg_call *call, const cvg_extract_req *req, cvg_sink *sink, cvg_error *e) {
  const cvg_objects *objects = host->get_ext(CVG_EXT_OBJECTS);
  const cvg_str all = str("");
  char *page = NULL;
  cvg_status s;
  if (!objects) return fail(e, CVG_E_UNSUPPORTED, "", "this host offers no objects");
  if (req->dataset.n != 7 || memcmp(req->dataset.p, "invoice", 7) != 0)
    return fail(e, CVG_E_CONFIG, "", "acme offers the dataset invoice only");
  do {
    text listing = {NULL, 0};
    cvg_out out = writer(&listing);
    const cvg_str from = str(page);
    s = objects->list(call, &all, &from, &out, e);
    free(page);
    page = NULL;
    if (s == CVG_OK) s = load_page(self, objects, call, listing.p, sink, e);
    if (s == CVG_OK) json_text(listing.p, "next", &page);
    free(listing.p);
  } while (s == CVG_OK && page && *page);
  free(page);
  return s;
}

/* --- the entry ---------------------------------------------------------------------------------------------------- */

static const cvg_provider provider = {sizeof(cvg_provider), 0, &discover, &extract};

static const cvg_component acme = {sizeof(cvg_component), 0,    CVG_KIND_PROVIDER, "acme", &provider, &describe,
                                   &create,               NULL, NULL,              &destroy};

static cvg_status init(const cvg_host *h, cvg_error *e) {
  (void)e;
  host = h;
  return CVG_OK;
}

static const cvg_component *component(uint32_t index) { return index == 0 ? &acme : NULL; }

const cvg_entry cvg_plugin_entry = {CVG_MAGIC, sizeof(cvg_entry), CVG_ABI_MAJOR, 0, ID, VERSION, "cvg-c/1.0", MANIFEST,
                                    &init,     &component,        NULL,          NULL};
