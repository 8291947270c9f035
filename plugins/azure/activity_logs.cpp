#include "activity_logs.h"

#include <convergence/datasets.hpp>

namespace azure {
namespace {

using namespace convergence;

const ColumnSpec columns[] = {
    {"event_id", "VARCHAR", "", "text", ""},
    {"event_time", "TIMESTAMP", "", "timestamp", ""},
    {"submission_timestamp", "TIMESTAMP", "", "timestamp", ""},
    {"category", "VARCHAR", "", "text", ""},
    {"level", "VARCHAR", "", "text", ""},
    {"operation_name", "VARCHAR", "", "text", ""},
    {"operation_id", "VARCHAR", "", "text", ""},
    {"correlation_id", "VARCHAR", "", "text", ""},
    {"status", "VARCHAR", "", "text", ""},
    {"sub_status", "VARCHAR", "", "text", ""},
    {"caller", "VARCHAR", "", "text", ""},
    {"client_ip_address", "VARCHAR", "", "text", ""},
    {"subscription_id", "VARCHAR", "", "text", ""},
    {"resource_group", "VARCHAR", "", "text", ""},
    {"resource_provider", "VARCHAR", "", "text", ""},
    {"resource_type", "VARCHAR", "", "text", ""},
    {"resource_id", "VARCHAR", "", "text", ""},
    {"tenant_id", "VARCHAR", "", "text", ""},
    {"description", "VARCHAR", "", "text", ""},
    {"authorization_info", "VARCHAR", "", "json", ""},
    {"claims", "VARCHAR", "", "json", ""},
    {"http_request", "VARCHAR", "", "json", ""},
    {"properties", "VARCHAR", "", "json", ""},
    {"x_extra", map_type, "", "json_map", ""}};

const TableShape &shape() {
  static const TableShape made(columns, sizeof columns / sizeof *columns);
  return made;
}

// The REST API writes {"value":..,"localizedValue":..} where a diagnostic setting writes the value itself.
const Json &value_of(const Json &field) { return field.is_object() ? field["value"] : field; }
const Json &first_set(const Json &a, const Json &b) { return a.is_null() ? b : a; }

// "Microsoft.Compute/virtualMachines/write" -> "Microsoft.Compute".
std::string provider_of(const std::string &operation) { return operation.substr(0, operation.find('/')); }

std::string subscription_of(const std::string &resource_id) {
  const std::vector<std::string> parts = split(resource_id, '/');
  return parts.size() > 2 && lower(parts[1]) == "subscriptions" ? parts[2] : std::string();
}
std::string group_of(const std::string &resource_id) {
  const std::vector<std::string> parts = split(resource_id, '/');
  return parts.size() > 4 && lower(parts[3]) == "resourcegroups" ? parts[4] : std::string();
}

// JSON columns keep objects alone: a plain text there would be no JSON.
Json as_object(const Json &value) { return value.is_string() ? Json::object().set("value", value) : value; }

void write_event(const Json &event, const DocumentPlace &place, RowFile &rows) {
  const Json &time = first_set(event["eventTimestamp"], event["time"]);
  if (time.text().empty()) throw place.of(event).error("an event without eventTimestamp", "eventTimestamp");
  const Json &operation = value_of(event["operationName"]);
  const std::string resource = first_set(event["resourceId"], event["resourceUri"]).text();
  rows.set("event_id", event["eventDataId"]);
  rows.set("event_time", time);
  rows.set("submission_timestamp", event["submissionTimestamp"]);
  rows.set("category", value_of(event["category"]));
  rows.set("level", event["level"]);
  rows.set("operation_name", operation);
  rows.set("operation_id", event["operationId"]);
  rows.set("correlation_id", event["correlationId"]);
  rows.set("status", first_set(value_of(event["status"]), event["resultType"]));
  rows.set("sub_status", first_set(value_of(event["subStatus"]), event["resultSignature"]));
  rows.set("caller", first_set(event["caller"], event["identity"]["claims"]["name"]));
  rows.set("client_ip_address", first_set(event["httpRequest"]["clientIpAddress"], event["callerIpAddress"]));
  rows.cell("subscription_id") = event["subscriptionId"].text_or(subscription_of(resource));
  rows.cell("resource_group") = event["resourceGroupName"].text_or(group_of(resource));
  rows.cell("resource_provider") = value_of(event["resourceProviderName"]).text_or(provider_of(operation.text()));
  rows.set("resource_type", value_of(event["resourceType"]));
  rows.cell("resource_id") = resource;
  rows.set("tenant_id", event["tenantId"]);
  rows.set("description", event["description"]);
  rows.set("authorization_info", as_object(first_set(event["authorization"], event["identity"]["authorization"])));
  rows.set("claims", as_object(first_set(event["claims"], event["identity"]["claims"])));
  rows.set("http_request", as_object(event["httpRequest"]));
  rows.set("properties", as_object(event["properties"]));
  rows.cell("x_extra") = rest_of(event, "eventDataId eventTimestamp time submissionTimestamp category level operationName operationId "
                                        "correlationId status resultType subStatus resultSignature caller callerIpAddress subscriptionId "
                                        "resourceGroupName resourceProviderName resourceType resourceId resourceUri tenantId description "
                                        "authorization claims httpRequest properties identity");
  rows.end_row(place.of(event));
}

void read_document(const Json &document, const DocumentPlace &place, RowFile &rows) {
  const Json *events = document.find("value");
  if (!events) events = document.find("records");
  const bool event = document.find("eventTimestamp") || document.find("time");
  if (!events && event) { write_event(document, place, rows); return; }
  if (!events || !events->is_array())
    throw place.error("neither an event nor a page of the activity log", document.is_object() ? "value" : "eventTimestamp");
  for (const Json &one : events->items()) write_event(one, place, rows);
}

}  // namespace

void extract_activity_logs(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  static const DocumentSet set("azure:activity_logs", "activity_events", ".json files of activity log events",
                             false, {"activity"}, {"manifest.json"});
  extract_documents(call, req, options, sink, set, shape(), read_document);
}

}  // namespace azure
