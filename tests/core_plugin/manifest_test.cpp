#include "core/plugin/manifest.h"

namespace cvg {
namespace {

std::string text(const std::string& abi, const std::string& components) {
  return R"({"id":"a.b","version":"1","abi":")" + abi + R"(","components":)" + components + "}";
}
const std::string one = R"([{"kind":"cvg.step/1","name":"wait"}])";

TEST(PluginManifest, IsReadAndItsOffersSorted) {
  const Result<PluginManifest> manifest =
      parse_manifest(text("1.0", R"([{"kind":"cvg.step/1","name":"wait"},{"kind":"cvg.provider/1","name":"x"},{"kind":"cvg.step/1","name":"a_1"}])"));
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->id, "a.b");
  ASSERT_EQ(manifest->offers.size(), 3u);
  EXPECT_EQ(manifest->offers[0].kind, "cvg.provider/1");
  EXPECT_EQ(manifest->offers[1].name, "a_1");
}

TEST(PluginManifest, MistakesAreNamed) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "its manifest is no JSON"},
      {"[]", "its manifest is no JSON object"},
      {"{}", "lacks the member 'id'"},
      {R"({"id":"x","version":1})", "lacks the member 'version'"},
      {R"({"id":"x","version":"1"})", "names no ABI version"},
      {text("1", one), "names no ABI version"},
      {text("1.x", one), "names no ABI version"},
      {text("-1.0", one), "names no ABI version"},
      {text("0.9", one), "it was built for ABI 0.9"},
      {text("1.1", one), "it needs ABI 1.1, this host serves up to 1.0"},
      {text("1.0", "{}"), "offers no components"},
      {text("1.0", R"([{"kind":"cvg.step/1"}])"), "offers a step whose name '' is not"},
      {text("1.0", R"([{"kind":"cvg.steps/1","name":"x"}])"), "unknown kind 'cvg.steps/1' (is it cvg.step/1?)"},
      {text("1.0", R"([{"kind":"nonsense","name":"x"}])"), "unknown kind 'nonsense'"},
      {text("1.0", R"([{"kind":"cvg.key_manager/1","name":"x"},{"kind":"cvg.key_manager/1","name":"x"}])"), "offers the key manager x twice"},
  };
  for (const auto& [manifest, sentence] : cases) {
    const Status status = parse_manifest(manifest).status();
    EXPECT_EQ(status.code(), Code::config) << manifest;
    EXPECT_NE(status.text().find(sentence), std::string::npos) << status.text();
  }
}

TEST(PluginManifest, NamesAreShortAndPlain) {
  for (const char* good : {"a", "aws", "dq_check", "x9"}) EXPECT_TRUE(check_offer("cvg.step/1", good).ok()) << good;
  for (const std::string& bad : {std::string(), std::string("A"), std::string("9a"), std::string("a-b"), std::string(65, 'a'), std::string("a\0b", 3)})
    EXPECT_FALSE(check_offer("cvg.step/1", bad).ok()) << bad;
}

}  // namespace
}  // namespace cvg
