#include "host/http/framing.h"

#include <gtest/gtest.h>

#include <random>

#include "core/base/text.h"

namespace cvg {
namespace {

Head parse(const std::string& bytes) {
  static std::vector<std::unique_ptr<std::string>> kept;  // heads hold views
  kept.push_back(std::make_unique<std::string>(bytes));
  return parse_head(*kept.back(), FramingLimits{});
}

int status_of(const std::string& headers) {
  return parse("POST /x HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n").refusal.status;
}

int line_status(const std::string& line) { return parse(line + "\r\nHost: a\r\n\r\n").refusal.status; }

TEST(Framing, ReadsAnOrdinaryHead) {
  const Head head = parse("GET /a/b?x=1&y=%20z HTTP/1.1\r\nHost: a:8080\r\nX-API-Key:  secret \r\n\r\n");
  ASSERT_EQ(head.refusal.status, 0) << head.refusal.text;
  EXPECT_EQ(head.request.method, Method::get);
  EXPECT_EQ(head.request.path, "/a/b");
  EXPECT_EQ(head.request.query, "x=1&y=%20z");
  EXPECT_EQ(head.request.header("x-api-key"), "secret");
  EXPECT_EQ(head.request.parameter("y"), " z");
  EXPECT_EQ(head.request.parameter("z"), std::nullopt);
  EXPECT_EQ(head.body, BodyKind::none);
  EXPECT_FALSE(head.wants_close);
}

TEST(Framing, RefusesTransferEncodingBesideContentLength) {
  EXPECT_EQ(status_of("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(status_of("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400);
}

TEST(Framing, RefusesEveryContentLengthThatIsNotOneNumber) {
  for (const char* value : {"5abc", "+5", "-5", "0x5", "5,5", "5 5", "", "5.0", "99999999999999999999"})
    EXPECT_EQ(status_of(std::string("Content-Length: ") + value + "\r\n"), 400) << value;
  EXPECT_EQ(status_of("Content-Length: 5\r\nContent-Length: 6\r\n"), 400);
  EXPECT_EQ(status_of("Content-Length: 5\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(status_of("Content-Length : 5\r\n"), 400);
  EXPECT_EQ(status_of("Content-Length: 5\r\n"), 0);
}

TEST(Framing, AllowsTheLargestBodyAndRefusesOneByteMore) {
  EXPECT_EQ(status_of("Content-Length: 10485760\r\n"), 0);
  EXPECT_EQ(status_of("Content-Length: 10485761\r\n"), 413);
}

TEST(Framing, KnowsNoTransferCodingButChunked) {
  EXPECT_EQ(status_of("Transfer-Encoding: chunked\r\n"), 0);
  EXPECT_EQ(status_of("Transfer-Encoding: CHUNKED\r\n"), 0);
  for (const char* value : {"gzip", "gzip, chunked", "identity", "chunked, chunked", "xchunked", "\"chunked\""})
    EXPECT_EQ(status_of(std::string("Transfer-Encoding: ") + value + "\r\n"), 501) << value;
  EXPECT_EQ(status_of("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n"), 400);
  EXPECT_EQ(parse("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").refusal.status, 400);
}

TEST(Framing, WantsExactlyOneHost) {
  EXPECT_EQ(parse("GET / HTTP/1.1\r\n\r\n").refusal.status, 400);
  EXPECT_EQ(parse("GET / HTTP/1.0\r\n\r\n").refusal.status, 0);
  EXPECT_EQ(status_of("Host: b\r\n"), 400);
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n").refusal.status, 400);
}

TEST(Framing, RefusesMalformedHeaderLines) {
  for (const char* line : {"NoColon\r\n", ": empty\r\n", "A b: c\r\n", " folded: x\r\n", "\tfolded\r\n", "X: a\x01z\r\n"})
    EXPECT_EQ(status_of(line), 400) << line;
  EXPECT_EQ(status_of(std::string("X: a\0b\r\n", 8)), 400);
  EXPECT_EQ(status_of("X: a\rb\r\n"), 400);
  EXPECT_EQ(status_of("X: \xC3\xA4\r\n"), 0);
  EXPECT_EQ(status_of("X-API-Key: a\r\nx-api-key: b\r\n"), 400);
}

TEST(Framing, RefusesTheSixtyFifthHeaderAndTooManyBytes) {
  std::string headers;
  for (int i = 0; i < 63; ++i) headers += fmt::format("X-{}: 1\r\n", i);
  EXPECT_EQ(status_of(headers), 0);
  EXPECT_EQ(status_of(headers + "Content-Length: 5\r\n"), 431);
  const std::string fixed = "Host: a\r\n";
  const auto with_bytes = [&](std::size_t bytes) { return "X: " + std::string(bytes - fixed.size() - 5, 'y') + "\r\n"; };
  EXPECT_EQ(status_of(with_bytes(8192)), 0);
  EXPECT_EQ(status_of(with_bytes(8193)), 431);
}

TEST(Framing, ReadsRequestLinesStrictly) {
  for (const char* line : {"GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET /", "GET / http/1.1", "G\x01T / HTTP/1.1",
                           "GET /\x80 HTTP/1.1", "GET /#x HTTP/1.1", "GET x HTTP/1.1", "GET * HTTP/1.1", "GET\t/\tHTTP/1.1"})
    EXPECT_EQ(line_status(line), 400) << line;
  EXPECT_EQ(line_status("GET / HTTP/2.0"), 505);
  EXPECT_EQ(line_status("GET /" + std::string(9000, 'a') + " HTTP/1.1"), 414);
  EXPECT_EQ(line_status("PROPFIND / HTTP/1.1"), 0);
}

TEST(Framing, UnderstandsTheAbsoluteFormAndTheAsterisk) {
  EXPECT_EQ(parse("GET http://other:99/a?b HTTP/1.1\r\nHost: a\r\n\r\n").request.path, "/a");
  EXPECT_EQ(parse("GET HTTP://other HTTP/1.1\r\nHost: a\r\n\r\n").request.path, "/");
  EXPECT_EQ(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").request.path, "*");
}

TEST(Framing, KnowsOneExpectation) {
  EXPECT_TRUE(parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n").expects_continue);
  EXPECT_FALSE(parse("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").expects_continue);
  EXPECT_EQ(status_of("Expect: tea\r\n"), 417);
}

TEST(Framing, TellsWhenTheClientEndsTheConnection) {
  EXPECT_TRUE(parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").wants_close);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nHost: a\r\n\r\n").wants_close);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n").wants_close);
}

TEST(HeadSearch, FindsTheEndHoweverTheBytesArrive) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t piece = 1; piece <= head.size(); ++piece) {
    std::size_t scanned = 0, end = 0;
    for (std::size_t have = piece; end == 0; have += piece)
      end = find_head_end((head + "rest").substr(0, have), scanned, FramingLimits{}).end;
    EXPECT_EQ(end, head.size()) << piece;
  }
}

TEST(HeadSearch, RefusesBareLineFeedsAndEndlessHeadsEarly) {
  std::size_t scanned = 0;
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\nHost", scanned, FramingLimits{}).refusal.status, 400);
  scanned = 0;
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\nHost: a\n\n", scanned, FramingLimits{}).refusal.status, 400);
  scanned = 0;
  EXPECT_EQ(find_head_end(std::string(8193, 'a'), scanned, FramingLimits{}).refusal.status, 414);
  scanned = 0;
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\n" + std::string(8195, 'a'), scanned, FramingLimits{}).refusal.status, 431);
}

// Whatever bytes come: no crash, and an accepted head never leaves the body's end open.
TEST(Framing, SurvivesMutatedHeads) {
  std::mt19937 random(20260501);
  const std::string seed =
      "POST /api/v1/x?y=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n";
  constexpr std::string_view spice("\r\n\0 :\t\x80;,+-5aZ", 14);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = seed;
    for (unsigned change = 0; change <= random() % 6; ++change) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 3) {
        case 0: bytes[at] = spice[random() % spice.size()]; break;
        case 1: bytes.erase(at, 1 + random() % 20); break;
        default: bytes.insert(at, 1, spice[random() % spice.size()]);
      }
      if (bytes.empty()) bytes = "\r\n\r\n";
    }
    std::size_t scanned = 0;
    const HeadSearch search = find_head_end(bytes, scanned, FramingLimits{});
    if (search.end == 0) continue;
    const Head head = parse_head(std::string_view(bytes).substr(0, search.end), FramingLimits{});
    if (head.refusal) continue;
    int lengths = 0, codings = 0;
    for (const Header& header : head.request.headers) {
      lengths += equals_ignoring_case(header.name, "content-length") ? 1 : 0;
      codings += equals_ignoring_case(header.name, "transfer-encoding") ? 1 : 0;
    }
    EXPECT_LE(lengths + codings, 1) << bytes;
    EXPECT_EQ(head.body == BodyKind::chunked, codings == 1) << bytes;
  }
}

}  // namespace
}  // namespace cvg
