/* A small plugin that every rule of the loader accepts: a provider and a step.  Each file beside this one breaks one rule by
 * defining one of the macros and including this. */
#ifndef GOOD_PLUGIN_H
#define GOOD_PLUGIN_H

#include <convergence/plugin.h>
#include <string.h>

#include "counters.h"

#ifndef PART_MAGIC
#define PART_MAGIC CVG_MAGIC
#endif
#ifndef PART_ENTRY_SIZE
#define PART_ENTRY_SIZE sizeof(cvg_entry)
#endif
#ifndef PART_MAJOR
#define PART_MAJOR CVG_ABI_MAJOR
#endif
#ifndef PART_MINOR
#define PART_MINOR 0
#endif
#ifndef PART_MANIFEST
#define PART_MANIFEST                                        \
  "{\"id\":\"test.good\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[" \
  "{\"kind\":\"cvg.provider/1\",\"name\":\"good\"},{\"kind\":\"cvg.step/1\",\"name\":\"probe\"}]}"
#endif
#ifndef PART_ENTRY_MANIFEST
#define PART_ENTRY_MANIFEST PART_MANIFEST
#endif
#ifndef PART_ID
#define PART_ID "test.good"
#endif
#ifndef PART_DESCRIPTION
#define PART_DESCRIPTION \
  "{\"summary\":\"a test\",\"config_schema\":{\"properties\":{\"account\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"}}}}"
#endif
#ifndef PART_DESCRIBE
#define PART_DESCRIBE part_describe
#endif
#ifndef PART_DESCRIBE_STATUS
#define PART_DESCRIBE_STATUS CVG_OK
#endif
#ifndef PART_KIND
#define PART_KIND CVG_KIND_PROVIDER
#endif
#ifndef PART_NAME
#define PART_NAME "good"
#endif
#ifndef PART_FLAGS
#define PART_FLAGS 0
#endif
#ifndef PART_TABLE
#define PART_TABLE &part_provider
#endif
#ifndef PART_INIT
#define PART_INIT return CVG_OK
#endif
#ifndef PART_LAST
#define PART_LAST 2
#endif

static part_counters_t part_counters;

static cvg_status part_write(cvg_out *out, const char *text) { return out->write(out->ctx, text, strlen(text)); }

static inline cvg_status part_describe(cvg_call *call, cvg_out *json, cvg_error *error) {
  (void)call;
  if (PART_DESCRIBE_STATUS != CVG_OK) {
    error->code = PART_DESCRIBE_STATUS;
    strcpy(error->message, "the part is not in the mood");
    return PART_DESCRIBE_STATUS;
  }
  return part_write(json, PART_DESCRIPTION);
}
static cvg_status part_create(cvg_call *call, const cvg_str *config, cvg_instance **instance, cvg_error *error) {
  (void)call;
  if (config->n > 2 && memchr(config->p, '!', (size_t)config->n)) {
    error->code = CVG_E_AUTH;
    strcpy(error->message, "the account is refused");
    return CVG_E_AUTH;
  }
  ++part_counters.alive;
  *instance = (cvg_instance *)&part_counters;
  return CVG_OK;
}
static void part_interrupt(cvg_instance *instance) {
  (void)instance;
  ++part_counters.interrupts;
}
static void part_destroy(cvg_instance *instance) {
  (void)instance;
  --part_counters.alive;
}
static cvg_status part_discover(cvg_instance *instance, cvg_call *call, cvg_out *json, cvg_error *error) {
  (void)instance, (void)call, (void)error;
  return part_write(json, "{\"datasets\":[]}");
}
static cvg_status part_extract(cvg_instance *instance, cvg_call *call, const cvg_extract_req *request, cvg_sink *sink,
                               cvg_error *error) {
  (void)instance, (void)call, (void)request, (void)sink, (void)error;
  return CVG_OK;
}
static cvg_status part_run(cvg_instance *instance, cvg_call *call, const cvg_str *spec, cvg_out *outputs, cvg_error *error) {
  (void)instance, (void)spec;
  return part_counters.host->call_info(call, outputs, error);
}

static const cvg_provider part_provider = {sizeof(cvg_provider), 0, &part_discover, &part_extract};
static const cvg_step part_step = {sizeof(cvg_step), 0, NULL, &part_run};
static const cvg_component part_components[] = {
    {sizeof(cvg_component), PART_FLAGS, PART_KIND, PART_NAME, PART_TABLE, PART_DESCRIBE, &part_create, NULL, &part_interrupt,
     &part_destroy},
    {sizeof(cvg_component), 0, CVG_KIND_STEP, "probe", &part_step, &part_describe, &part_create, NULL, NULL, &part_destroy}};

static cvg_status part_init(const cvg_host *host, cvg_error *error) {
  (void)error;
  ++part_counters.inits;
  part_counters.host = host;
  PART_INIT;
}
static const cvg_component *part_component(uint32_t index) {
  (void)part_provider;
  return index < PART_LAST ? &part_components[index % 2] : NULL;
}
static const void *part_get_ext(const char *id) { return strcmp(id, "test.counters") == 0 ? &part_counters : NULL; }
static void part_shutdown(void) { ++part_counters.shutdowns; }

#ifndef PART_WITHOUT_NOTE
CVG_MANIFEST_NOTE(PART_MANIFEST);
#endif
#ifndef PART_WITHOUT_ENTRY
const cvg_entry cvg_plugin_entry = {PART_MAGIC, PART_ENTRY_SIZE, PART_MAJOR, PART_MINOR, PART_ID, "1.0.0", "cvg-c/1.0",
                                    PART_ENTRY_MANIFEST, &part_init, &part_component, &part_get_ext, &part_shutdown};
#endif

#endif
