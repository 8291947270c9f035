#include "cloudtrail_events.h"

#include <convergence/datasets.hpp>

namespace aws {
namespace {

using namespace convergence;

const ColumnSpec columns[] = {
    {"event_id", "VARCHAR", "", "text", ""},
    {"event_time", "TIMESTAMP", "", "timestamp", ""},
    {"event_name", "VARCHAR", "", "text", ""},
    {"event_source", "VARCHAR", "", "text", ""},
    {"event_type", "VARCHAR", "", "text", ""},
    {"event_category", "VARCHAR", "", "text", ""},
    {"event_version", "VARCHAR", "", "text", ""},
    {"aws_region", "VARCHAR", "", "text", ""},
    {"account_id", "VARCHAR", "", "text", ""},
    {"recipient_account_id", "VARCHAR", "", "text", ""},
    {"user_type", "VARCHAR", "", "text", ""},
    {"user_principal_id", "VARCHAR", "", "text", ""},
    {"user_arn", "VARCHAR", "", "text", ""},
    {"user_name", "VARCHAR", "", "text", ""},
    {"source_ip_address", "VARCHAR", "", "text", ""},
    {"user_agent", "VARCHAR", "", "text", ""},
    {"read_only", "BOOLEAN", "", "text", ""},
    {"management_event", "BOOLEAN", "", "text", ""},
    {"error_code", "VARCHAR", "", "text", ""},
    {"error_message", "VARCHAR", "", "text", ""},
    {"request_id", "VARCHAR", "", "text", ""},
    {"shared_event_id", "VARCHAR", "", "text", ""},
    {"vpc_endpoint_id", "VARCHAR", "", "text", ""},
    {"user_identity", "VARCHAR", "", "json", ""},
    {"request_parameters", "VARCHAR", "", "json", ""},
    {"response_elements", "VARCHAR", "", "json", ""},
    {"additional_event_data", "VARCHAR", "", "json", ""},
    {"resources", "VARCHAR", "", "json", ""},
    {"x_extra", map_type, "", "json_map", ""}};

// The fields of a record that are a column as they are.
const char *const plain_fields[][2] = {
    {"event_id", "eventID"}, {"event_time", "eventTime"}, {"event_name", "eventName"}, {"event_source", "eventSource"},
    {"event_type", "eventType"}, {"event_category", "eventCategory"}, {"event_version", "eventVersion"},
    {"aws_region", "awsRegion"}, {"recipient_account_id", "recipientAccountId"}, {"source_ip_address", "sourceIPAddress"},
    {"user_agent", "userAgent"}, {"read_only", "readOnly"}, {"management_event", "managementEvent"},
    {"error_code", "errorCode"}, {"error_message", "errorMessage"}, {"request_id", "requestID"},
    {"shared_event_id", "sharedEventID"}, {"vpc_endpoint_id", "vpcEndpointId"}, {"user_identity", "userIdentity"},
    {"request_parameters", "requestParameters"}, {"response_elements", "responseElements"},
    {"additional_event_data", "additionalEventData"}, {"resources", "resources"}};

const std::string &taken_fields() {
  static const std::string taken = [] {
    std::string names;
    for (const auto &field : plain_fields) names += std::string(field[1]) + " ";
    return names;
  }();
  return taken;
}

void write_record(const Json &record, const DocumentPlace &place, RowFile &rows) {
  if (record["eventTime"].text().empty()) throw place.of(record).error("a record without eventTime", "eventTime");
  for (const auto &field : plain_fields) rows.set(field[0], record[field[1]]);
  const Json &user = record["userIdentity"];
  rows.set("account_id", user["accountId"]);
  rows.set("user_type", user["type"]);
  rows.set("user_principal_id", user["principalId"]);
  rows.set("user_arn", user["arn"]);
  rows.set("user_name", user.find("userName") ? user["userName"] : user["sessionContext"]["sessionIssuer"]["userName"]);
  rows.cell("x_extra") = rest_of(record, taken_fields());
  rows.end_row(place.of(record));
}

void read_log(const Json &log, const DocumentPlace &place, RowFile &rows) {
  const Json *records = log.find("Records");
  if (!records && log.find("eventTime")) { write_record(log, place, rows); return; }
  if (!records || !records->is_array()) throw place.error("no CloudTrail log file: the list is missing", "Records");
  for (const Json &record : records->items()) write_record(record, place, rows);
}

}  // namespace

const TableShape &cloudtrail_shape() {
  static const TableShape shape(columns, sizeof columns / sizeof *columns);
  return shape;
}

void extract_cloudtrail_events(Call &call, const cvg_extract_req &req, const Options &options, Sink &sink) {
  static const DocumentSet set("aws:cloudtrail", "cloudtrail_files", "CloudTrail's .json and .json.gz files (AWSLogs/<account>/CloudTrail/<region>/yyyy/mm/dd)",
                             false, {"cloudtrail"}, {"manifest", "cloudtrail-digest", "cloudtrail-insight"});
  extract_documents(call, req, options, sink, set, cloudtrail_shape(), read_log);
}

}  // namespace aws
