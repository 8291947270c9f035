#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/base/text.h"
#include "tests/fuzz/fuzz_targets.h"
#include "tests/fuzz/mutations.h"

// Without libFuzzer: the corpus, and seeded mutations of it.  A failure prints the input as escaped text: it becomes a file
// of the corpus and a test of what was wrong.
namespace cvg {
namespace {

#ifdef CVG_SANITIZED
constexpr int executions = 20'000;
#else
constexpr int executions = 150'000;
#endif

std::vector<std::string> corpus(std::string_view name) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(CVG_SOURCE_DIR "/tests/fuzz/corpus/") + std::string(name)))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return texts;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\' ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return out;
}

const std::vector<std::string_view> words{
    "\r\n", "\r\n\r\n", "\n", "\r", ": ", "Content-Length: 5", "Content-Length: 0", "Transfer-Encoding: chunked", "chunked", "Host: a", "HTTP/1.1",
    "HTTP/1.0", "GET ", "POST ", "OPTIONS *", "Expect: 100-continue", "Connection: close", "0\r\n\r\n", "5\r\nhello\r\n", ";x=y",
    "ffffffff", "%", "%2F", "%2e%2e", "%00", "%zz", "/", "//", "..", "?", "&", "=", "+", "#", "http://a", "{", "}", "[", "]", "\"", "\\", "\\u0000",
    "\\ud800", "1e999", "-0", "null", "true", ",", "'", "''", "--", "/*", "*/", "$$", "$q$", "E'", "{v}", "{{", "\x1E", "\xC3\xA4", "\xF0\x9F\x92\xB0", "\xED\xA0\x80",
    "gzip;q=0", "traceparent", std::string_view("\0", 1), "\x7F", "x-api-key: k", " ", "\t"};

class Fuzz : public testing::TestWithParam<FuzzTarget> {};

TEST_P(Fuzz, TheCorpusIsRight) {
  const std::vector<std::string> seeds = corpus(GetParam().name);
  EXPECT_FALSE(seeds.empty());
  for (const std::string& seed : seeds) EXPECT_EQ(GetParam().run(seed), "") << escaped(seed);
}

TEST_P(Fuzz, MutationsFindNothing) {
  Mutations mutations(corpus(GetParam().name), words, 20260515);
  for (int i = 0; i < executions; ++i) {
    const std::string text = mutations.next();
    const std::string problem = GetParam().run(text);
    ASSERT_EQ(problem, "") << "execution " << i << ": " << escaped(text);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Fuzz, testing::ValuesIn(fuzz_targets),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace cvg
