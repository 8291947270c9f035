// Azure: actual cost exports of two billing accounts with partitions and manifest.json (reference: Cost Management,
// "improved exports"). Each run is a full month; the first period has two runs, the second corrected.
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "host/sample/charge.h"
#include "host/sample/clouds.h"
#include "host/sample/table_file.h"

namespace cvg {
namespace {

constexpr std::int64_t rows_per_file = 1'000'000;

const std::vector<TableColumn>& azure_columns() {
  static const std::vector<TableColumn> columns = [] {
    std::vector<TableColumn> out;
    for (const char* name : {"BillingAccountId", "BillingAccountName", "BillingPeriodStartDate", "BillingPeriodEndDate", "SubscriptionId",
                             "SubscriptionName", "Date", "ProductName", "MeterId", "MeterCategory", "MeterSubCategory", "MeterName",
                             "MeterRegion", "UnitOfMeasure", "ConsumedService", "ResourceLocation", "ResourceGroup", "ResourceId",
                             "Tags", "AdditionalInfo", "ChargeType", "Frequency", "PricingModel", "PublisherType", "PublisherName",
                             "ReservationId", "benefitId", "BillingCurrencyCode"})
      out.push_back({name, name, CellType::text});
    for (const char* name : {"Quantity", "UnitPrice", "EffectivePrice", "CostInBillingCurrency", "PayGPrice"}) out.push_back({name, name, CellType::real});
    return out;
  }();
  return columns;
}

// YYYY-MM-DD as MM/DD/YYYY, as Azure writes dates.
std::string us_date(const std::string& day) { return day.substr(5, 2) + "/" + day.substr(8, 2) + "/" + day.substr(0, 4); }

const char* charge_type(ChargeKind kind) {
  switch (kind) {
    case ChargeKind::reservation_fee: case ChargeKind::plan_fee: return "Purchase";
    case ChargeKind::refund: return "Refund";
    case ChargeKind::tax: return "Tax";
    case ChargeKind::credit: return "RoundingAdjustment";
    default: return "Usage";
  }
}

// Tags as Azure writes them: the members of a JSON object without its braces.
std::string tags_of(const Charge& c) {
  Json tags = Json::object();
  if (!c.environment.empty()) tags.set("env", c.environment);
  if (!c.team.empty()) tags.set("team", c.team);
  const std::string text = tags.dump();
  return text.substr(1, text.size() - 2);
}

Cells cells_of(const Charge& c, const SamplePeriod& period) {
  const std::string subscription(c.account->id), group = "rg-" + (c.environment.empty() ? std::string("shared") : c.environment);
  const bool reserved = c.kind == ChargeKind::reserved_usage || c.kind == ChargeKind::reservation_fee;
  const bool plan = c.kind == ChargeKind::plan_usage || c.kind == ChargeKind::plan_negation || c.kind == ChargeKind::plan_fee;
  const std::string resource = c.resource.empty() ? "" : "/subscriptions/" + subscription + "/resourceGroups/" + group + "/providers/" + std::string(c.offer->code) + "/" + c.resource;
  return {std::string(c.account->payer), std::string(c.account->payer_name), us_date(period.first_day), us_date(format_date(month_begin(period.first, 1) - 1)),
          subscription, std::string(c.account->name), us_date(c.day), fmt::format("{} - {}", c.offer->name, c.offer->usage), c.id.substr(0, 8),
          std::string(c.offer->name), std::string(c.offer->operation), std::string(c.offer->usage), std::string(c.region->name),
          std::string(c.offer->unit), std::string(c.offer->code), std::string(c.region->id), group, resource, tags_of(c),
          R"({"UsageType":"ComputeHR"})", charge_type(c.kind), c.offer->quantity_high > 0 ? "UsageBased" : "OneTime",
          reserved ? "Reservation" : plan ? "SavingsPlan" : "OnDemand", c.kind == ChargeKind::marketplace ? "Marketplace" : "Azure", "Microsoft",
          reserved ? "/providers/Microsoft.Capacity/reservationOrders/sample" : "", plan ? "/providers/Microsoft.BillingBenefits/savingsPlanOrders/sample" : "",
          std::string(c.account->currency), c.quantity.text(), c.price.text(), c.price.text(), c.cost.scientific(), c.price.text()};
}

Status write_run(const SampleOptions& options, const SampleAccount& payer, const SamplePeriod& period, int number, Totals* totals) {
  const bool parquet = options.format == "parquet";
  std::string from = period.first_day, to = format_date(month_begin(period.first, 1) - 1);
  const std::string submitted = format_time(midnight_ms(period.last) + day_ms * (number == 0 ? 1 : 9) + 6 * 3'600'000);
  std::string compact;
  for (const char c : submitted.substr(0, 16)) if (c >= '0' && c <= '9') compact += c;
  const std::string run_id = "00000000-0000-4000-9000-00000000000" + std::to_string(number), name = "actual-" + std::string(payer.payer);
  std::string days = from + "-" + to;
  days = from.substr(0, 4) + from.substr(5, 2) + from.substr(8, 2) + "-" + to.substr(0, 4) + to.substr(5, 2) + to.substr(8, 2);
  const std::string folder = "exports/" + name + "/" + days + "/" + compact + "/" + run_id;
  Json blobs = Json::array();
  std::unique_ptr<TableFile> file;
  std::string blob;
  std::int64_t rows = 0, file_rows = 0, bytes = 0;
  const auto close_file = [&]() -> Status {
    if (!file) return {};
    CVG_ASSIGN(const std::int64_t size, file->close());
    blobs.push(Json::object().set("blobName", blob).set("byteCount", size).set("dataRowCount", file_rows));
    bytes += size;
    file_rows = 0;
    return {};
  };
  CVG_RETURN_IF_ERROR(for_charges(options, Cloud::azure, payer.payer, period, number > 0, [&](const Charge& c) -> Status {
    if (rows++ % rows_per_file == 0) {
      CVG_RETURN_IF_ERROR(close_file());
      blob = fmt::format("{}/part_0_{:04d}.{}", folder, blobs.size() + 1, parquet ? "parquet" : "csv.gz");
      const std::string path = options.folder + "/azure/cost/" + blob;
      Result<std::unique_ptr<TableFile>> made = parquet ? create_parquet(path, azure_columns()) : create_csv_gz(path, azure_columns());
      if (!made.ok()) return made.status();
      file = std::move(made).value();
    }
    ++file_rows;
    if (totals) totals->add("azure", period.month, std::string(c.account->currency), c.cost);
    return file->add(cells_of(c, period));
  }));
  CVG_RETURN_IF_ERROR(close_file());
  const Json manifest =
      Json::object().set("manifestVersion", "2024-04-01").set("byteCount", bytes).set("blobCount", std::int64_t(blobs.size())).set("dataRowCount", rows)
          .set("exportConfig", Json::object().set("exportName", name).set("type", "ActualCost").set("dataVersion", "2021-10-01").set("timeFrame", "Custom").set("granularity", "Daily")
                   .set("resourceId", "/providers/Microsoft.Billing/billingAccounts/" + std::string(payer.payer) + "/providers/Microsoft.CostManagement/exports/" + name))
          .set("deliveryConfig", Json::object().set("partitionData", true).set("dataOverwriteBehavior", "CreateNewReport").set("fileFormat", parquet ? "Parquet" : "Csv")
                   .set("compressionMode", parquet ? "None" : "Gzip").set("rootFolderPath", "exports"))
          .set("runInfo", Json::object().set("executionType", "Scheduled").set("submittedTime", submitted).set("runId", run_id)
                   .set("startDate", from + "T00:00:00").set("endDate", to + "T00:00:00"))
          .set("blobs", blobs);
  return write_sample_file(options.folder + "/azure/cost/" + folder + "/manifest.json", manifest.dump());
}

}  // namespace

Status write_azure_cost(const SampleOptions& options, Totals& totals) {
  CVG_ASSIGN(const std::vector<SamplePeriod> periods, periods_of(options));
  for (const SampleAccount* payer : payers_of(Cloud::azure))
    for (std::size_t i = 0; i < periods.size(); ++i) {
      const bool twice = options.correction && i == 0;
      CVG_RETURN_IF_ERROR(write_run(options, *payer, periods[i], 0, twice ? nullptr : &totals));
      if (twice) CVG_RETURN_IF_ERROR(write_run(options, *payer, periods[i], 1, &totals));
    }
  return {};
}

}  // namespace cvg
