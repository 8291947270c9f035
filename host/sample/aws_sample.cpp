// AWS: the legacy Cost and Usage Report as CSV.gz (reference: AWS CUR user guide, "delivery timeline"), and Data Exports of
// CUR 2.0 as Parquet. Both "create new": each delivery is a folder of its own, the manifest names the newest.
#include "core/base/time_text.h"
#include "core/base/text.h"
#include "host/sample/charge.h"
#include "host/sample/clouds.h"
#include "host/sample/table_file.h"

namespace cvg {
namespace {

constexpr std::int64_t rows_per_file = 1'000'000;

struct AwsColumn {
  std::string_view category, name, snake;
  CellType type;
};
constexpr AwsColumn columns[] = {
    {"identity", "LineItemId", "identity_line_item_id", CellType::text},
    {"identity", "TimeInterval", "identity_time_interval", CellType::text},
    {"bill", "InvoiceId", "bill_invoice_id", CellType::text},
    {"bill", "BillingEntity", "bill_billing_entity", CellType::text},
    {"bill", "BillType", "bill_bill_type", CellType::text},
    {"bill", "PayerAccountId", "bill_payer_account_id", CellType::text},
    {"bill", "BillingPeriodStartDate", "bill_billing_period_start_date", CellType::timestamp},
    {"bill", "BillingPeriodEndDate", "bill_billing_period_end_date", CellType::timestamp},
    {"lineItem", "UsageAccountId", "line_item_usage_account_id", CellType::text},
    {"lineItem", "LineItemType", "line_item_line_item_type", CellType::text},
    {"lineItem", "UsageStartDate", "line_item_usage_start_date", CellType::timestamp},
    {"lineItem", "UsageEndDate", "line_item_usage_end_date", CellType::timestamp},
    {"lineItem", "ProductCode", "line_item_product_code", CellType::text},
    {"lineItem", "UsageType", "line_item_usage_type", CellType::text},
    {"lineItem", "Operation", "line_item_operation", CellType::text},
    {"lineItem", "AvailabilityZone", "line_item_availability_zone", CellType::text},
    {"lineItem", "ResourceId", "line_item_resource_id", CellType::text},
    {"lineItem", "UsageAmount", "line_item_usage_amount", CellType::real},
    {"lineItem", "CurrencyCode", "line_item_currency_code", CellType::text},
    {"lineItem", "UnblendedRate", "line_item_unblended_rate", CellType::text},
    {"lineItem", "UnblendedCost", "line_item_unblended_cost", CellType::real},
    {"lineItem", "BlendedCost", "line_item_blended_cost", CellType::real},
    {"lineItem", "LineItemDescription", "line_item_line_item_description", CellType::text},
    {"lineItem", "TaxType", "line_item_tax_type", CellType::text},
    {"product", "ProductName", "", CellType::text},
    {"product", "productFamily", "product_product_family", CellType::text},
    {"product", "region", "product_region_code", CellType::text},
    {"pricing", "publicOnDemandCost", "pricing_public_on_demand_cost", CellType::real},
    {"pricing", "term", "pricing_term", CellType::text},
    {"pricing", "unit", "pricing_unit", CellType::text},
    {"reservation", "ReservationARN", "reservation_reservation_a_r_n", CellType::text},
    {"reservation", "EffectiveCost", "reservation_effective_cost", CellType::real},
    {"savingsPlan", "SavingsPlanARN", "savings_plan_savings_plan_a_r_n", CellType::text},
    {"savingsPlan", "SavingsPlanEffectiveCost", "savings_plan_savings_plan_effective_cost", CellType::real},
};
constexpr std::size_t column_count = sizeof columns / sizeof columns[0];
constexpr std::size_t product_name_column = 24;

const char* line_item_type(ChargeKind kind) {
  switch (kind) {
    case ChargeKind::usage: case ChargeKind::marketplace: return "Usage";
    case ChargeKind::reserved_usage: return "DiscountedUsage";
    case ChargeKind::reservation_fee: return "RIFee";
    case ChargeKind::plan_usage: return "SavingsPlanCoveredUsage";
    case ChargeKind::plan_negation: return "SavingsPlanNegation";
    case ChargeKind::plan_fee: return "SavingsPlanRecurringFee";
    case ChargeKind::credit: return "Credit";
    case ChargeKind::refund: return "Refund";
    case ChargeKind::tax: return "Tax";
  }
  return "";
}

bool is_hourly(ChargeKind kind) {
  return kind == ChargeKind::usage || kind == ChargeKind::reserved_usage || kind == ChargeKind::plan_usage ||
         kind == ChargeKind::plan_negation || kind == ChargeKind::marketplace;
}

// The cells of the columns above; tags follow, as two columns or as one map.
Cells cells_of(const Charge& c, const SamplePeriod& period, bool parquet) {
  const std::int64_t begin_ms = midnight_ms(c.day_number) + c.hour * 3'600'000;
  const std::string begin = format_time(begin_ms), end = format_time(begin_ms + (is_hourly(c.kind) ? 3'600'000 : day_ms));
  const std::string type = line_item_type(c.kind);
  const bool reserved = c.kind == ChargeKind::reserved_usage || c.kind == ChargeKind::reservation_fee;
  const bool plan = c.kind == ChargeKind::plan_usage || c.kind == ChargeKind::plan_negation || c.kind == ChargeKind::plan_fee;
  const std::string arn = "arn:aws:" + std::string(reserved ? "ec2" : "savingsplans") + "::" + std::string(c.account->payer) + ":sample/1";
  const std::string cost = parquet ? c.cost.text() : c.cost.scientific();
  Cells cells{c.id, begin + "/" + end, "", c.kind == ChargeKind::marketplace ? "AWS Marketplace" : "AWS",
              c.kind == ChargeKind::refund ? "Refund" : "Anniversary", std::string(c.account->payer), period.first_day + "T00:00:00Z",
              period.next_month + "-01T00:00:00Z", std::string(c.account->id), type, begin, end, std::string(c.offer->code),
              std::string(c.offer->usage), std::string(c.offer->operation), std::string(c.region->zone), c.resource, c.quantity.text(),
              std::string(c.account->currency), c.price.text(), cost, cost,
              fmt::format("{} per {} {}", c.price.text(), c.offer->unit, c.offer->usage), c.kind == ChargeKind::tax ? "VAT" : "",
              std::string(c.offer->name), std::string(c.offer->family), std::string(c.region->id), c.list_cost.text(),
              reserved ? "Reserved" : "OnDemand", std::string(c.offer->unit), reserved ? arn : "",
              reserved ? c.effective_cost.text() : "", plan ? arn : "", plan ? c.effective_cost.text() : ""};
  if (!parquet) {
    cells.push_back(c.environment);
    cells.push_back(c.team);
    return cells;
  }
  Json tags = Json::object(), product = Json::object();
  if (!c.environment.empty()) tags.set("user_environment", c.environment);
  if (!c.team.empty()) tags.set("user_team", c.team);
  product.set("product_name", std::string(c.offer->name));
  cells.erase(cells.begin() + product_name_column);
  cells.push_back(tags.dump());
  cells.push_back(product.dump());
  return cells;
}

std::vector<TableColumn> table_columns(bool parquet) {
  std::vector<TableColumn> out;
  for (std::size_t i = 0; i < column_count; ++i) {
    if (parquet && i == product_name_column) continue;
    out.push_back({fmt::format("{}/{}", columns[i].category, columns[i].name), std::string(columns[i].snake), columns[i].type});
  }
  if (parquet) {
    out.push_back({"", "resource_tags", CellType::map});
    out.push_back({"", "product", CellType::map});
  } else {
    out.push_back({"resourceTags/user:Environment", "", CellType::text});
    out.push_back({"resourceTags/user:team", "", CellType::text});
  }
  return out;
}

// One delivery of one payer's period.
class Delivery {
 public:
  Delivery(const SampleOptions& options, const SampleAccount& payer, const SamplePeriod& period, int number)
      : options_(options), payer_(payer), period_(period), number_(number), parquet_(options.format == "parquet"),
        name_("example-cost-" + std::string(payer.payer).substr(9)) {
    stamp_ms_ = midnight_ms(period.last) + day_ms * (number == 0 ? 1 : 9) + 6 * 3'600'000;
    root_ = options.folder + "/aws/cost/" + name_;
  }

  Status write(bool corrected, Totals* totals) {
    const std::vector<TableColumn> names = table_columns(parquet_);
    std::unique_ptr<TableFile> file;
    std::int64_t rows = 0;
    CVG_RETURN_IF_ERROR(for_charges(options_, Cloud::aws, payer_.payer, period_, corrected, [&](const Charge& c) -> Status {
      if (rows++ % rows_per_file == 0) CVG_RETURN_IF_ERROR(next_file(names, file));
      if (totals) totals->add("aws", period_.month, std::string(c.account->currency), c.cost);
      return file->add(cells_of(c, period_, parquet_));
    }));
    if (file) CVG_RETURN_IF_ERROR(file->close().status());
    return parquet_ ? write_export_manifest() : write_report_manifests();
  }

 private:
  std::string assembly() const {
    const std::string time = format_time(stamp_ms_);  // 2025-11-01T06:00:00Z
    if (parquet_) return time.substr(0, 19) + ".000Z-00000000-0000-4000-8000-00000000000" + std::to_string(number_);
    std::string compact;
    for (const char c : time) if (c != '-' && c != ':') compact += c;
    return compact;
  }
  std::string days_folder() const {
    std::string from = period_.first_day, to = period_.next_month + "-01";
    std::erase(from, '-');
    std::erase(to, '-');
    return from + "-" + to;
  }
  std::string data_folder() const {
    return parquet_ ? "data/BILLING_PERIOD=" + period_.month + "/" + assembly() : days_folder() + "/" + assembly();
  }

  Status next_file(const std::vector<TableColumn>& names, std::unique_ptr<TableFile>& file) {
    if (file) CVG_RETURN_IF_ERROR(file->close().status());
    const std::string key = fmt::format("{}/{}-{:05d}.{}", data_folder(), name_, keys_.size() + 1, parquet_ ? "parquet" : "csv.gz");
    keys_.push_back("exports/" + name_ + "/" + key);
    Result<std::unique_ptr<TableFile>> made = parquet_ ? create_parquet(root_ + "/" + key, names) : create_csv_gz(root_ + "/" + key, names);
    if (!made.ok()) return made.status();
    file = std::move(made).value();
    return {};
  }

  Json manifest_head() const {
    return Json::object().set("assemblyId", assembly()).set("account", std::string(payer_.payer)).set("charset", "UTF-8")
        .set("compression", parquet_ ? "Parquet" : "GZIP").set("contentType", parquet_ ? "Parquet" : "text/csv")
        .set("reportId", "sample-" + name_).set("reportName", name_).set("bucket", "example-billing");
  }

  Status write_report_manifests() const {
    Json listed = Json::array(), keys = Json::array();
    for (const AwsColumn& c : columns)
      listed.push(Json::object().set("category", std::string(c.category)).set("name", std::string(c.name))
                      .set("type", c.type == CellType::real ? "OptionalBigDecimal" : "OptionalString"));
    for (const std::string& key : keys_) keys.push(key);
    std::string from = days_folder().substr(0, 8) + "T000000.000Z", to = days_folder().substr(9) + "T000000.000Z";
    const std::string text = manifest_head().set("columns", listed).set("reportKeys", keys)
                                 .set("billingPeriod", Json::object().set("start", from).set("end", to)).dump();
    const std::string name = "/" + name_ + "-Manifest.json";
    CVG_RETURN_IF_ERROR(write_sample_file(root_ + "/" + data_folder() + name, text));
    return write_sample_file(root_ + "/" + days_folder() + name, text);
  }

  Status write_export_manifest() const {
    Json listed = Json::array(), files = Json::array();
    for (const TableColumn& c : table_columns(true)) listed.push(Json::object().set("name", c.parquet_name));
    for (const std::string& key : keys_) files.push("s3://example-billing/" + key);
    const std::string text = manifest_head().set("columns", listed).set("dataFiles", files)
                                 .set("executionId", assembly().substr(25))
                                 .set("exportArn", "arn:aws:bcm-data-exports:us-east-1:" + std::string(payer_.payer) + ":export/" + name_).dump();
    return write_sample_file(root_ + "/metadata/BILLING_PERIOD=" + period_.month + "/" + name_ + "-Manifest.json", text);
  }

  const SampleOptions& options_;
  const SampleAccount& payer_;
  const SamplePeriod& period_;
  const int number_;
  const bool parquet_;
  const std::string name_;
  std::int64_t stamp_ms_ = 0;
  std::string root_;
  std::vector<std::string> keys_;
};

}  // namespace

Status write_aws_cost(const SampleOptions& options, Totals& totals) {
  CVG_ASSIGN(const std::vector<SamplePeriod> periods, periods_of(options));
  for (const SampleAccount* payer : payers_of(Cloud::aws))
    for (std::size_t i = 0; i < periods.size(); ++i) {
      const bool twice = options.correction && i == 0;
      CVG_RETURN_IF_ERROR(Delivery(options, *payer, periods[i], 0).write(false, twice ? nullptr : &totals));
      if (twice) CVG_RETURN_IF_ERROR(Delivery(options, *payer, periods[i], 1).write(true, &totals));
    }
  return {};
}

}  // namespace cvg
