// The example of a third party (examples/provider-c), loaded as the server loads it and run against files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"
#include "core/plugin/file_objects.h"
#include "core/plugin/plugin_call.h"
#include "core/plugin/registry.h"

namespace cvg {
namespace {

// A sink that remembers, and knows the units that it has taken before.
class Sink final : public CallServices {
 public:
  Result<std::int32_t> sink_unit(cvg_call*, cvg_sink*, const cvg_unit& unit) override {
    const std::string name = std::string(view(unit.source)) + "/" + std::string(view(unit.unit));
    const std::string version = std::string(view(unit.version)) + " " + std::string(view(unit.fingerprint));
    const bool known = taken[name] == version;
    taken[name] = version;
    return known ? CVG_UNIT_UNCHANGED : CVG_UNIT_LOAD;
  }
  Result<std::int64_t> sink_put(cvg_call*, cvg_sink*, const cvg_ingest& request) override {
    puts.push_back(std::string(view(request.unit)));
    schema = *parse_json(view(request.schema_json));
    dialect = *parse_json(view(request.files[0]->dialect_json));
    content = *stage->read(view(request.files[0]->uri), 0, 1 << 20);
    return 1;
  }
  std::map<std::string, std::string> taken;
  std::vector<std::string> puts;
  Json schema, dialect;
  std::string content;
  StageArea* stage = nullptr;
};

const std::string header = "invoice_id,service,usage_date,amount,currency\n";

class Acme : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "in");
    PluginConfig row;
    row.name = "acme";
    row.path = CVG_ACME_PLUGIN;
    row.config = Json::object().set("seller", "acme \"north\"");
    const Status loaded = registry_.load({row});
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    component_ = registry_.find(CVG_KIND_PROVIDER, "acme");
    stage_ = std::make_unique<StageArea>((folder_ / "stage").string(), 1 << 20);
    sink_.stage = stage_.get();
  }
  void TearDown() override {
    stage_.reset();
    std::filesystem::remove_all(folder_);
  }
  void deliver(const std::string& name, const std::string& content) {
    std::filesystem::create_directories((folder_ / "in" / name).parent_path());
    std::ofstream(folder_ / "in" / name) << content;
  }
  Status extract(const char* dataset = "invoice") {
    FileObjects objects({(folder_ / "in").string(), "", "file:///in"});
    Call::Options options;
    options.clock = &clock_;
    options.services = &sink_;
    options.stage = stage_.get();
    options.objects = &objects;
    options.cancel = &cancel_;
    Call call(options);
    const Result<Instance> provider = Instance::create(*component_, call.raw());
    if (!provider.ok()) return provider.status();
    cvg_extract_req request{};
    request.struct_size = sizeof request;
    request.dataset = abi_text(dataset);
    return call_plugin("acme", [&](cvg_error* e) {
      return provider->table<cvg_provider>().extract(provider->raw(), call.raw(), &request, nullptr, e);
    });
  }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("cvg-" + random_uuid());
  SystemClock clock_;
  PluginRegistry registry_{{"", (folder_ / "private").string()}};
  const Component* component_ = nullptr;
  std::unique_ptr<StageArea> stage_;
  Sink sink_;
  std::atomic<bool> cancel_{false};
};

TEST_F(Acme, EachFileIsAUnitThatIsLoadedOnce) {
  deliver("2025/11.csv", header + "1,compute,11/02/2025,1.50,EUR\n");
  deliver("2025/12 \"b\\.csv", header + "2,compute,12/02/2025,2.50,EUR\n");
  deliver("readme.txt", "no invoice");
  ASSERT_TRUE(extract().ok()) << extract().text();
  EXPECT_EQ(sink_.puts, (std::vector<std::string>{"2025/11.csv", "2025/12 \"b\\.csv"}));
  EXPECT_TRUE(sink_.taken.contains("acme:acme \"north\"/2025/11.csv"));
  EXPECT_EQ(sink_.content, header + "2,compute,12/02/2025,2.50,EUR\n");
  ASSERT_TRUE(extract().ok());
  EXPECT_EQ(sink_.puts.size(), 2u);
  deliver("2025/11.csv", header + "1,compute,11/02/2025,1.75,EUR\n3,disk,11/03/2025,9,EUR\n");
  ASSERT_TRUE(extract().ok());
  EXPECT_EQ(sink_.puts.size(), 3u);
}

TEST_F(Acme, SaysWhatTheColumnsMean) {
  deliver("a.csv", header);
  ASSERT_TRUE(extract().ok());
  ASSERT_EQ(sink_.schema.size(), 5u);
  EXPECT_EQ(sink_.schema.items()[3]["role"].text(), "money");
  EXPECT_EQ(sink_.dialect["source_columns"].size(), static_cast<std::size_t>(sink_.dialect["width"].integer()));
}

TEST_F(Acme, OtherColumnsAreRefusedWithFileAndLine) {
  deliver("a.csv", "invoice_id,amount\n");
  const Status refused = extract();
  EXPECT_EQ(refused.code(), Code::data);
  EXPECT_EQ(refused.text(), "a.csv, line 1: the columns are not those of an ACME invoice");
  deliver("a.csv", "");
  EXPECT_EQ(extract().code(), Code::data);
}

TEST_F(Acme, ManyFilesAreReadPageByPage) {
  for (int i = 0; i < 1200; ++i) deliver(std::to_string(i) + ".csv", header);
  ASSERT_TRUE(extract().ok());
  EXPECT_EQ(sink_.puts.size(), 1200u);
}

TEST_F(Acme, StopsWhenItIsCancelled) {
  deliver("a.csv", header);
  cancel_ = true;
  EXPECT_EQ(extract().code(), Code::cancelled);
  EXPECT_TRUE(sink_.puts.empty());
}

TEST_F(Acme, UnknownDatasetAndMissingFolderAreSentences) {
  EXPECT_EQ(extract("cost").text(), "acme offers the dataset invoice only");
  std::filesystem::remove_all(folder_ / "in");
  EXPECT_EQ(extract().code(), Code::not_found);
}

}  // namespace
}  // namespace cvg
