// GCP: the detailed usage cost export as files exported from BigQuery, a file for each usage day: JSON lines in gzip, or
// Parquet with the nested records of the table (reference: Cloud Billing, "Structure of Detailed data export").
#include "core/base/files.h"
#include "core/base/gzip_writer.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "host/sample/charge.h"
#include "host/sample/clouds.h"
#include "host/sample/parquet_file.h"

namespace cvg {
namespace {

const char* cost_type(ChargeKind kind) {
  return kind == ChargeKind::tax ? "tax" : kind == ChargeKind::refund || kind == ChargeKind::credit ? "adjustment" : "regular";
}

struct Instants {
  std::int64_t begin_ms, end_ms, export_ms;
};
Instants instants_of(const Charge& c) {
  const std::int64_t begin = midnight_ms(c.day_number) + c.hour * 3'600'000;
  return {begin, begin + 3'600'000, midnight_ms(c.day_number) + day_ms + 5 * 3'600'000};
}

std::string project_number(const Charge& c) { return std::to_string(100000000001 + c.account->id.size()); }

Json labels_json(const Charge& c) {
  Json labels = Json::array();
  if (!c.environment.empty()) labels.push(Json::object().set("key", "environment").set("value", c.environment));
  if (!c.team.empty()) labels.push(Json::object().set("key", "team").set("value", c.team));
  return labels;
}

// BigQuery writes TIMESTAMP as "2025-11-15 10:00:00 UTC" and FLOAT64 as a numeral.
std::string bigquery_time(std::int64_t ms) {
  std::string text = format_time(ms);
  text[10] = ' ';
  text.pop_back();
  return text + " UTC";
}

std::string json_line(const Charge& c, const SamplePeriod& period) {
  const Instants at = instants_of(c);
  const auto text = [](std::string_view s) { return Json(std::string(s)); };
  Json credits = Json::array();
  if (c.credit.units != 0)
    credits.push(Json::object().set("name", "Sustained usage discount").set("amount", Json::number(c.credit.text()))
                     .set("full_name", "Sustained usage discount: sample").set("id", "SUD").set("type", "SUSTAINED_USAGE_DISCOUNT"));
  Json row = Json::object();
  row.set("billing_account_id", text(c.account->payer))
      .set("service", Json::object().set("id", text(c.offer->code)).set("description", text(c.offer->name)))
      .set("sku", Json::object().set("id", text(c.offer->operation)).set("description", text(c.offer->usage)))
      .set("usage_start_time", bigquery_time(at.begin_ms)).set("usage_end_time", bigquery_time(at.end_ms))
      .set("project", Json::object().set("id", text(c.account->id)).set("number", project_number(c)).set("name", text(c.account->name)))
      .set("labels", labels_json(c))
      .set("location", Json::object().set("location", text(c.region->id)).set("region", text(c.region->id)).set("zone", text(c.region->zone)))
      .set("resource", Json::object().set("name", c.resource).set("global_name", "//compute.googleapis.com/" + c.resource))
      .set("export_time", bigquery_time(at.export_ms)).set("cost", Json::number(c.cost.text())).set("currency", text(c.account->currency))
      .set("currency_conversion_rate", Json::number("1"))
      .set("usage", Json::object().set("amount", Json::number(c.quantity.text())).set("unit", text(c.offer->unit))
                        .set("amount_in_pricing_units", Json::number(c.quantity.text())).set("pricing_unit", text(c.offer->unit)))
      .set("credits", credits).set("invoice", Json::object().set("month", period.month.substr(0, 4) + period.month.substr(5)))
      .set("cost_type", cost_type(c.kind))
      .set("price", Json::object().set("effective_price", Json::number(c.price.text())).set("unit", text(c.offer->unit)))
      .set("cost_at_list", Json::number(c.list_cost.text()));
  return row.dump() + "\n";
}

void add_group(std::vector<ParquetElement>& schema, const char* name, std::initializer_list<const char*> texts, std::initializer_list<const char*> reals = {}) {
  schema.push_back({name, Repetition::optional, ParquetType::group, static_cast<int>(texts.size() + reals.size()), ConvertedType::none});
  for (const char* t : texts) schema.push_back({t, Repetition::optional, ParquetType::text, 0, ConvertedType::utf8});
  for (const char* r : reals) schema.push_back({r, Repetition::optional, ParquetType::real, 0, ConvertedType::none});
}

void add_list(std::vector<ParquetElement>& schema, const char* name, std::initializer_list<const char*> texts, std::initializer_list<const char*> reals = {}) {
  schema.push_back({name, Repetition::optional, ParquetType::group, 1, ConvertedType::list});
  schema.push_back({"list", Repetition::repeated, ParquetType::group, 1, ConvertedType::none});
  add_group(schema, "element", texts, reals);
}

std::vector<ParquetElement> parquet_schema() {
  std::vector<ParquetElement> s;
  const auto text = [&](const char* name) { s.push_back({name, Repetition::optional, ParquetType::text, 0, ConvertedType::utf8}); };
  const auto time = [&](const char* name) { s.push_back({name, Repetition::optional, ParquetType::timestamp_us, 0, ConvertedType::timestamp_us}); };
  const auto real = [&](const char* name) { s.push_back({name, Repetition::optional, ParquetType::real, 0, ConvertedType::none}); };
  text("billing_account_id");
  add_group(s, "service", {"id", "description"});
  add_group(s, "sku", {"id", "description"});
  time("usage_start_time");
  time("usage_end_time");
  add_group(s, "project", {"id", "number", "name"});
  add_list(s, "labels", {"key", "value"});
  add_group(s, "location", {"location", "region", "zone"});
  add_group(s, "resource", {"name", "global_name"});
  time("export_time");
  real("cost");
  text("currency");
  add_group(s, "usage", {"unit", "pricing_unit"}, {"amount", "amount_in_pricing_units"});
  add_list(s, "credits", {"name", "full_name", "id", "type"}, {"amount"});
  add_group(s, "invoice", {"month"});
  text("cost_type");
  real("cost_at_list");
  return s;
}

double real(Amount amount) { return std::strtod(amount.text().c_str(), nullptr); }

// Puts one row; leaves are counted in the schema's order.
class RowWriter {
 public:
  explicit RowWriter(ParquetFile& file) : file_(file) {}
  void text(std::string_view value, int definition = 1) { file_.put_text(leaf_++, value, value.empty() ? definition - 1 : definition); }
  void time(std::int64_t ms) { file_.put_timestamp(leaf_++, ms * 1000, 1); }
  void number(Amount value, int definition = 1) { file_.put_real(leaf_++, real(value), definition); }
  // An empty list has definition 1: the list is there, without an element.
  void labels(const Json& list) {
    const std::size_t key = leaf_, value = leaf_ + 1;
    leaf_ += 2;
    if (list.size() == 0) {
      file_.put_null(key, 1);
      file_.put_null(value, 1);
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      file_.put_text(key, list.items()[i]["key"].text(), 4, i > 0);
      file_.put_text(value, list.items()[i]["value"].text(), 4, i > 0);
    }
  }
  void credit(Amount amount) {
    const bool there = amount.units != 0;
    for (const char* word : {"Sustained usage discount", "Sustained usage discount: sample", "SUD", "SUSTAINED_USAGE_DISCOUNT"})
      file_.put_text(leaf_++, word, there ? 4 : 1);
    file_.put_real(leaf_++, real(amount), there ? 4 : 1);
  }

 private:
  ParquetFile& file_;
  std::size_t leaf_ = 0;
};

Status put_row(ParquetFile& file, const Charge& c, const SamplePeriod& period) {
  const Instants at = instants_of(c);
  RowWriter row(file);
  row.text(c.account->payer);
  row.text(c.offer->code, 2);
  row.text(c.offer->name, 2);
  row.text(c.offer->operation, 2);
  row.text(c.offer->usage, 2);
  row.time(at.begin_ms);
  row.time(at.end_ms);
  row.text(c.account->id, 2);
  row.text(project_number(c), 2);
  row.text(c.account->name, 2);
  row.labels(labels_json(c));
  row.text(c.region->id, 2);
  row.text(c.region->id, 2);
  row.text(c.region->zone, 2);
  row.text(c.resource, 2);
  row.text(c.resource.empty() ? "" : "//compute.googleapis.com/" + c.resource, 2);
  row.time(at.export_ms);
  row.number(c.cost);
  row.text(c.account->currency);
  row.text(c.offer->unit, 2);
  row.text(c.offer->unit, 2);
  row.number(c.quantity, 2);
  row.number(c.quantity, 2);
  row.credit(c.credit);
  row.text(period.month.substr(0, 4) + period.month.substr(5), 2);
  row.text(cost_type(c.kind));
  row.number(c.list_cost);
  return file.end_row();
}

// The charges of one day; charges come in the order of accounts, so each day is a pass of its own over a one-day period.
Status write_day(const SampleOptions& options, const SampleAccount& payer, const SamplePeriod& day, bool corrected, Totals& totals) {
  std::string table = "gcp_billing_export_resource_v1_" + std::string(payer.payer);
  for (char& c : table) if (c == '-') c = '_';
  const std::string folder = options.folder + "/gcp/billing/" + table + "/" + format_date(day.first);
  CVG_RETURN_IF_ERROR(make_folders(folder));
  std::unique_ptr<ParquetFile> parquet;
  std::unique_ptr<GzipWriter> lines;
  if (options.format == "parquet") {
    CVG_ASSIGN(parquet, ParquetFile::create(folder + "/000000000000.parquet", parquet_schema()));
  } else {
    CVG_ASSIGN(lines, GzipWriter::create(folder + "/000000000000.json.gz"));
  }
  CVG_RETURN_IF_ERROR(for_charges(options, Cloud::gcp, payer.payer, day, corrected, [&](const Charge& c) -> Status {
    totals.add("gcp", day.month, std::string(c.account->currency), c.cost);
    return parquet ? put_row(*parquet, c, day) : lines->write(json_line(c, day));
  }));
  return parquet ? parquet->close().status() : lines->close().status();
}

}  // namespace

Status write_gcp_billing(const SampleOptions& options, Totals& totals) {
  CVG_ASSIGN(const std::vector<SamplePeriod> periods, periods_of(options));
  for (const SampleAccount* payer : payers_of(Cloud::gcp))
    for (std::size_t i = 0; i < periods.size(); ++i)
      for (std::int64_t day = periods[i].first; day <= periods[i].last; ++day) {
        SamplePeriod one = periods[i];
        one.first = one.last = day;
        one.monthly = day == periods[i].first;
        CVG_RETURN_IF_ERROR(write_day(options, *payer, one, options.correction && i == 0, totals));
      }
  return {};
}

}  // namespace cvg
