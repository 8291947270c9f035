#include <gtest/gtest.h>

#include <convergence/documents.hpp>

namespace {

using namespace convergence;

// A host whose stage holds one file and hands out few bytes at a time.
std::string g_staged;
cvg_status stage_read(cvg_call*, const cvg_str*, uint64_t at, uint64_t n, cvg_out* out, cvg_error* e) {
  return guarded(e, [&] {
    if (at < g_staged.size()) append(out, g_staged.substr(at, n < 7 ? n : 7));
  });
}
int32_t cancelled(cvg_call*) { return 0; }

std::vector<std::string> documents(const std::string& staged) {
  g_staged = staged;
  cvg_host host{};
  host.struct_size = sizeof host;
  host.stage_read = &stage_read;
  host.cancelled = &cancelled;
  Call call(&host, nullptr);
  std::vector<std::string> all;
  Documents reader(call, "f.json", "stage:1");
  reader.each([&](const Json& document, const DocumentPlace& place) {
    all.push_back(std::to_string(place.line) + " " + document.dump());
  });
  return all;
}
std::string error_of(const std::string& staged) {
  try {
    documents(staged);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}
typedef std::vector<std::string> Texts;

TEST(Documents, OnePerLine) {
  EXPECT_EQ(documents("{\"a\":1}\n\r\n{\"a\":2.50}\r\n"), (Texts{"1 {\"a\":1}", "3 {\"a\":2.50}"}));
}

TEST(Documents, ItemsOfAnArrayWithByteOrderMark) {
  EXPECT_EQ(documents("\xEF\xBB\xBF[ {\n\"a\" : \"1\"\n}, {} ]\n"), (Texts{"1 {\"a\":\"1\"}", "3 {}"}));
  EXPECT_EQ(documents("\n[\n{},\n  {\n}]"), (Texts{"3 {}", "4 {}"}));
  EXPECT_EQ(documents("[{\"a\":1},{\"a\":2}]"), (Texts{"1 {\"a\":1}", "1 {\"a\":2}"}));
}

TEST(Documents, EmptyFileAndEmptyArrayHaveNone) {
  EXPECT_TRUE(documents("").empty());
  EXPECT_TRUE(documents("[ ]").empty());
  EXPECT_TRUE(documents("\n\n").empty());
}

TEST(Documents, BrokenLineIsNamed) {
  EXPECT_EQ(error_of("{\"a\":1}\n{\"a\":\n"), "f.json, line 2: the line is no JSON document");
  EXPECT_EQ(error_of("{\n\"a\":oops}\n").substr(0, 24), "f.json, line 2: no JSON:");
}

TEST(RestOf, KeepsWhatNoColumnTookAsText) {
  EXPECT_EQ(rest_of(Json::parse("{\"a\":1,\"b\":null,\"c\":{\"d\":1.10},\"e\":\"x\"}"), "a"),
            "{\"c\":\"{\\\"d\\\":1.10}\",\"e\":\"x\"}");
  EXPECT_EQ(rest_of(Json::parse("{\"a\":1}"), "a"), "");
}

}  // namespace
