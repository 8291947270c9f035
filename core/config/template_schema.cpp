#include "core/config/template.h"

namespace cvg {
namespace {

constexpr std::string_view schema_text = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://convergence.example/schema/template.schema.json",
  "title": "Convergence pipeline template",
  "description": "A pipeline as {configs_dir}/{provider}/{domain}/{name}.yml. The options of a step beside those below belong to its kind.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "description": {"type": "string", "maxLength": 2000},
    "version": {"type": ["integer", "number", "string"], "description": "Yours; shown, not interpreted"},
    "pipeline_id": {"type": "string", "description": "Accepted for older templates; the id is always {tenant}-{provider}-{domain}-{name}"},
    "timeout_minutes": {"type": "number", "exclusiveMinimum": 0, "maximum": 1440, "description": "Of the whole run, default 60"},
    "gate": {"type": "boolean", "description": "Nothing is published before every step and check has passed"},
    "variables": {
      "type": "object",
      "maxProperties": 100,
      "additionalProperties": {"$ref": "#/$defs/variable"}
    },
    "steps": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"$ref": "#/$defs/step"}},
    "source": {
      "type": "object",
      "description": "Short form: one query step. project_id and dataset are accepted and say nothing: data is the tenant's",
      "required": ["query"],
      "additionalProperties": false,
      "properties": {
        "project_id": {"type": "string"},
        "dataset": {"type": "string"},
        "query": {"type": "string", "minLength": 1}
      }
    },
    "destination": {
      "type": "object",
      "description": "Short form: where the query's rows go",
      "required": ["table"],
      "properties": {
        "project_id": {"type": "string"},
        "dataset": {"type": "string"},
        "dataset_type": {"type": "string"},
        "table": {"type": "string", "minLength": 1}
      }
    }
  },
  "$defs": {
    "variable": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "type": {"enum": ["string", "date", "integer", "number", "boolean", "identifier", "enum", "uri"]},
        "default": {"type": ["string", "number", "integer", "boolean"]},
        "description": {"type": "string"},
        "pattern": {"type": "string"},
        "max_length": {"type": "integer", "minimum": 1, "maximum": 65536},
        "min": {"type": "number"},
        "max": {"type": "number"},
        "values": {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"type": "string"}}
      }
    },
    "step": {
      "type": "object",
      "required": ["step_id", "type"],
      "properties": {
        "step_id": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,63}$"},
        "name": {"type": "string", "maxLength": 200},
        "type": {"type": "string"},
        "depends_on": {"type": "array", "maxItems": 100, "uniqueItems": true, "items": {"type": "string"}},
        "trigger": {"enum": ["on_success", "on_failure", "always"]},
        "on_failure": {"enum": ["stop", "continue"]},
        "retry": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "max_attempts": {"type": "integer", "minimum": 1, "maximum": 20},
            "backoff_seconds": {"type": "number", "minimum": 0, "maximum": 3600},
            "max_backoff_seconds": {"type": "number", "minimum": 0, "maximum": 86400}
          }
        },
        "timeout_minutes": {"type": "number", "exclusiveMinimum": 0, "maximum": 1440},
        "timeout_seconds": {"type": "number", "exclusiveMinimum": 0, "maximum": 86400},
        "enabled": {"type": ["boolean", "string"]},
        "sql_file": {"type": "string", "minLength": 1, "description": "Becomes sql; below the configs folder"},
        "suite_file": {"type": "string", "minLength": 1, "description": "A Great Expectations suite; becomes expectations"}
      }
    }
  }
}
)json";

}  // namespace

std::string_view template_schema_text() { return schema_text; }

const Json& template_schema() {
  static const Json schema = Json::parse(schema_text.data(), schema_text.size());
  return schema;
}

}  // namespace cvg
