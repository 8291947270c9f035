#include "audit_logs.h"

#include <convergence/datasets.hpp>

namespace gcp {
namespace {

using namespace convergence;

const ColumnSpec columns[] = {
    {"insert_id", "VARCHAR", "", "text", ""},
    {"timestamp", "TIMESTAMP", "", "timestamp", ""},
    {"receive_timestamp", "TIMESTAMP", "", "timestamp", ""},
    {"log_name", "VARCHAR", "", "text", ""},
    {"log_type", "VARCHAR", "", "text", ""},
    {"severity", "VARCHAR", "", "text", ""},
    {"project_id", "VARCHAR", "", "text", ""},
    {"resource_type", "VARCHAR", "", "text", ""},
    {"resource_labels", map_type, "", "json_map", ""},
    {"service_name", "VARCHAR", "", "text", ""},
    {"method_name", "VARCHAR", "", "text", ""},
    {"resource_name", "VARCHAR", "", "text", ""},
    {"principal_email", "VARCHAR", "", "text", ""},
    {"caller_ip", "VARCHAR", "", "text", ""},
    {"caller_user_agent", "VARCHAR", "", "text", ""},
    {"status_code", "BIGINT", "", "text", ""},
    {"status_message", "VARCHAR", "", "text", ""},
    {"granted", "BOOLEAN", "", "text", ""},
    {"operation_id", "VARCHAR", "", "text", ""},
    {"trace", "VARCHAR", "", "text", ""},
    {"labels", map_type, "", "json_map", ""},
    {"authorization_info", "VARCHAR", "", "json", ""},
    {"request", "VARCHAR", "", "json", ""},
    {"response", "VARCHAR", "", "json", ""},
    {"metadata", "VARCHAR", "", "json", ""},
    {"x_extra", map_type, "", "json_map", ""}};

const TableShape &shape() {
  static const TableShape made(columns, sizeof columns / sizeof *columns);
  return made;
}

// "activity" of "projects/acme/logs/cloudaudit.googleapis.com%2Factivity".
std::string log_type_of(const std::string &log_name) {
  const std::size_t slash = log_name.find("%2F");
  return slash == std::string::npos ? base_name(log_name) : log_name.substr(slash + 3);
}

void write_entry(const Json &entry, const DocumentPlace &place, RowFile &rows) {
  if (entry["timestamp"].text().empty()) throw place.of(entry).error("an entry without timestamp", "timestamp");
  const Json &audit = entry["protoPayload"];
  rows.set("insert_id", entry["insertId"]);
  rows.set("timestamp", entry["timestamp"]);
  rows.set("receive_timestamp", entry["receiveTimestamp"]);
  rows.set("log_name", entry["logName"]);
  rows.cell("log_type") = log_type_of(entry["logName"].text());
  rows.set("severity", entry["severity"]);
  const std::vector<std::string> parts = split(entry["logName"].text(), '/');
  const std::string owner = parts.size() > 1 && parts[0] == "projects" ? parts[1] : std::string();
  rows.cell("project_id") = entry["resource"]["labels"]["project_id"].text_or(owner);
  rows.set("resource_type", entry["resource"]["type"]);
  rows.set("resource_labels", entry["resource"]["labels"]);
  rows.set("service_name", audit["serviceName"]);
  rows.set("method_name", audit["methodName"]);
  rows.set("resource_name", audit["resourceName"]);
  rows.set("principal_email", audit["authenticationInfo"]["principalEmail"]);
  rows.set("caller_ip", audit["requestMetadata"]["callerIp"]);
  rows.set("caller_user_agent", audit["requestMetadata"]["callerSuppliedUserAgent"]);
  rows.set("status_code", audit["status"]["code"]);
  rows.set("status_message", audit["status"]["message"]);
  const Json &authorizations = audit["authorizationInfo"];
  if (authorizations.size()) rows.set("granted", authorizations.items()[0]["granted"]);
  rows.set("authorization_info", authorizations);
  rows.set("operation_id", entry["operation"]["id"]);
  rows.set("trace", entry["trace"]);
  rows.set("labels", entry["labels"]);
  rows.set("request", audit["request"]);
  rows.set("response", audit["response"]);
  rows.set("metadata", audit["metadata"]);
  rows.cell("x_extra") = rest_of(entry, "insertId timestamp receiveTimestamp logName severity resource protoPayload operation trace labels");
  rows.end_row(place.of(entry));
}

void read_document(const Json &document, const DocumentPlace &place, RowFile &rows) {
  const Json *entries = document.find("entries");
  if (!entries && document.find("logName")) { write_entry(document, place, rows); return; }
  if (!entries && document.is_object() && document.size() == 0) return;  // entries.list without a match answers {}
  if (!entries || !entries->is_array())
    throw place.error("neither a LogEntry nor an answer of entries.list", document.is_object() ? "logName" : "entries");
  for (const Json &entry : entries->items()) write_entry(entry, place, rows);
}

}  // namespace

void extract_audit_logs(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  static const DocumentSet set("gcp:audit_logs", "log_entries", ".json and .jsonl files of log entries, packed or not",
                             false, {"audit"});
  extract_documents(call, req, options, sink, set, shape(), read_document);
}

}  // namespace gcp
