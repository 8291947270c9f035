#include <cstring>

#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"
#include "core/warehouse/warehouse.h"

namespace cvg {
namespace {

// What the table below was asked, and what it shall answer.
struct Script {
  std::string asked, answer = "{}";
  cvg_status status = CVG_OK;
  std::string message;
  bool stream = true, released = false;
  cvg_handle txn = 5;
} script;

cvg_status finish(cvg_error* error) {
  std::snprintf(error->message, sizeof error->message, "%s", script.message.c_str());
  return script.status;
}
cvg_status finish(cvg_out* out, cvg_error* error) {
  if (const cvg_status written = out->write(out->ctx, script.answer.data(), script.answer.size()); written != CVG_OK) return written;
  return finish(error);
}
void ask(const char* function, std::string_view argument = {}) { script.asked = std::string(function) + " " + std::string(argument); }

cvg_status query(cvg_instance*, cvg_call*, const cvg_sql* sql, ArrowArrayStream* out, cvg_error* error) {
  ask("query", view(sql->text));
  if (script.stream) out->release = [](ArrowArrayStream* stream) { script.released = true; stream->release = nullptr; };
  return finish(error);
}
cvg_status begin(cvg_instance*, cvg_call*, const cvg_publication* publication, cvg_handle* txn, cvg_error* error) {
  ask("begin", view(publication->marker));
  *txn = script.txn;
  return finish(error);
}
cvg_status ingest(cvg_instance*, cvg_call*, const cvg_ingest* request, int64_t* rows, cvg_error* error) {
  ask("ingest", view(request->table));
  *rows = 42;
  return finish(error);
}
cvg_status end(cvg_instance*, cvg_call*, cvg_handle txn, int32_t commit, const cvg_str* cursors, cvg_out* out, cvg_error* error) {
  ask("end", std::to_string(txn) + " " + std::to_string(commit) + " " + std::string(view(cursors)));
  return finish(out, error);
}
cvg_status published(cvg_instance*, cvg_call*, const cvg_str* marker, cvg_out* out, cvg_error* error) {
  ask("published", view(marker));
  return finish(out, error);
}
cvg_status cursor(cvg_instance*, cvg_call*, const cvg_str* key, cvg_out* out, cvg_error* error) {
  ask("cursor", view(key));
  return finish(out, error);
}
cvg_status create_dataset(cvg_instance*, cvg_call*, const cvg_str* spec, cvg_out* out, cvg_error* error) {
  ask("create_dataset", view(spec));
  return finish(out, error);
}
cvg_status drop_dataset(cvg_instance*, cvg_call*, cvg_error* error) {
  ask("drop_dataset");
  return finish(error);
}
cvg_status describe_dataset(cvg_instance*, cvg_call*, cvg_out* out, cvg_error* error) {
  ask("describe_dataset");
  return finish(out, error);
}
cvg_status mirror(cvg_instance*, cvg_call*, const cvg_str* batch, cvg_error* error) {
  ask("mirror", view(batch));
  return finish(error);
}
cvg_status measure_dataset(cvg_instance*, cvg_call*, cvg_out* out, cvg_error* error) {
  ask("measure_dataset");
  return finish(out, error);
}
cvg_status export_dataset(cvg_instance*, cvg_call*, const cvg_str* spec, cvg_out* out, cvg_error* error) {
  ask("export_dataset", view(spec));
  return finish(out, error);
}
cvg_status discard(cvg_instance*, cvg_call*, cvg_handle txn, cvg_error* error) {
  ask("discard", std::to_string(txn));
  return finish(error);
}
const cvg_warehouse table = {sizeof(cvg_warehouse), 0, &query, &begin, &ingest, &end, &published, &cursor,
                             &create_dataset, &drop_dataset, &describe_dataset, &mirror, &discard,
                             &measure_dataset, &export_dataset};

cvg_status run_upkeep(cvg_instance*, cvg_call*, const cvg_str* options, cvg_out* out, cvg_error* error) {
  ask("upkeep", view(options));
  return finish(out, error);
}
const cvg_upkeep upkeep_table = {sizeof(cvg_upkeep), 0, &run_upkeep};

class PluginWarehouseTest : public testing::Test {
 protected:
  PluginWarehouseTest() { script = Script(); }
  std::unique_ptr<Warehouse> warehouse_ = make_plugin_warehouse(table, &upkeep_table, nullptr, "lake");
};

TEST_F(PluginWarehouseTest, PassesEveryFunctionOn) {
  cvg_ingest request{};
  request.table = {"t", 1};
  EXPECT_EQ(*warehouse_->begin(nullptr, "run/step"), 5u);
  EXPECT_EQ(script.asked, "begin run/step");
  EXPECT_EQ(*warehouse_->ingest(nullptr, request), 42);
  EXPECT_EQ(script.asked, "ingest t");
  script.answer = R"({"rows":7})";
  EXPECT_EQ((*warehouse_->end(nullptr, 5, true, Json::object().set("k", 1)))["rows"].integer(), 7);
  EXPECT_EQ(script.asked, R"(end 5 1 {"k":1})");
  EXPECT_TRUE(warehouse_->end(nullptr, 5, false, Json()).ok());
  EXPECT_EQ(script.asked, "end 5 0 {}");
  EXPECT_TRUE(warehouse_->published(nullptr, "m").ok());
  EXPECT_TRUE(warehouse_->cursor(nullptr, "k").ok());
  EXPECT_EQ(script.asked, "cursor k");
  EXPECT_TRUE(warehouse_->create_dataset(nullptr, true).ok());
  EXPECT_EQ(script.asked, R"(create_dataset {"recreate":true})");
  EXPECT_TRUE(warehouse_->describe_dataset(nullptr).ok());
  EXPECT_TRUE(warehouse_->drop_dataset(nullptr).ok());
  EXPECT_TRUE(warehouse_->discard(nullptr, 5).ok());
  EXPECT_EQ(script.asked, "discard 5");
  EXPECT_TRUE(warehouse_->upkeep(nullptr, Json::object().set("force", true)).ok());
  EXPECT_EQ(script.asked, R"(upkeep {"force":true})");
  EXPECT_EQ(make_plugin_warehouse(table, nullptr, nullptr, "lake")->upkeep(nullptr, Json::object()).status().code(), Code::unsupported);
  EXPECT_TRUE(warehouse_->mirror(nullptr, Json::object().set("tables", Json::array())).ok());
  EXPECT_EQ(script.asked, R"(mirror {"tables":[]})");
  EXPECT_TRUE(warehouse_->measure_dataset(nullptr).ok());
  EXPECT_TRUE(warehouse_->export_dataset(nullptr, "/out", 9).ok());
  EXPECT_EQ(script.asked, R"(export_dataset {"folder":"/out","bytes_max":9})");
}

TEST_F(PluginWarehouseTest, OlderOnesNeitherMeasureNorExport) {
  cvg_warehouse older = table;
  older.struct_size = offsetof(cvg_warehouse, measure_dataset);
  const auto warehouse = make_plugin_warehouse(older, nullptr, nullptr, "lake");
  EXPECT_EQ(warehouse->measure_dataset(nullptr).status().code(), Code::unsupported);
  EXPECT_EQ(warehouse->export_dataset(nullptr, "/out", 9).status().code(), Code::unsupported);
}

TEST_F(PluginWarehouseTest, ErrorIsTheWarehousesOwn) {
  script.status = CVG_E_NOT_FOUND;
  script.message = "there is no such cursor";
  const Result<Json> cursor = warehouse_->cursor(nullptr, "k");
  EXPECT_EQ(cursor.status().code(), Code::not_found);
  EXPECT_EQ(cursor.status().text(), "there is no such cursor");
  EXPECT_EQ(cursor.status().log_text(), "warehouse lake: there is no such cursor");
}

TEST_F(PluginWarehouseTest, QueryGivesAStreamOrAnError) {
  ArrowArrayStream out;
  std::memset(&out, 0x55, sizeof out);
  cvg_sql sql{};
  sql.text = {"SELECT 1", 8};
  EXPECT_TRUE(warehouse_->query(nullptr, sql, &out).ok());
  EXPECT_EQ(script.asked, "query SELECT 1");
  ASSERT_NE(out.release, nullptr);
  out.release(&out);
  script.stream = false;
  EXPECT_EQ(warehouse_->query(nullptr, sql, &out).code(), Code::plugin);
}

TEST_F(PluginWarehouseTest, StreamOfAFailedQueryIsReleased) {
  script.status = CVG_E_DATA;
  ArrowArrayStream out;
  EXPECT_EQ(warehouse_->query(nullptr, cvg_sql{}, &out).code(), Code::data);
  EXPECT_TRUE(script.released);
}

TEST_F(PluginWarehouseTest, NonsenseIsAFaultOfThePlugin) {
  script.answer = "{";
  EXPECT_EQ(warehouse_->describe_dataset(nullptr).status().code(), Code::plugin);
  script.answer = std::string(17 << 20, ' ');
  EXPECT_EQ(warehouse_->describe_dataset(nullptr).status().code(), Code::limit);
  script.answer.clear();
  EXPECT_TRUE(warehouse_->describe_dataset(nullptr)->is_object());
  script.txn = 0;
  EXPECT_EQ(warehouse_->begin(nullptr, "m").status().code(), Code::plugin);
}

}  // namespace
}  // namespace cvg
