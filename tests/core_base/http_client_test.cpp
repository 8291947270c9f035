#include "core/base/http_client.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/base/time_text.h"
#include "tests/fakes/http_sink.h"

namespace cvg {
namespace {

std::unique_ptr<HttpClient> client(bool allow_private = true) {
  HttpClientOptions options;
  options.allow_private_addresses = allow_private;
  return make_http_client(options);
}

HttpRequest post(const std::string& url, const std::string& body = "{}") {
  HttpRequest request;
  request.url = url;
  request.body = body;
  request.headers = {{"Content-Type", "application/json"}, {"X-One", "1"}};
  return request;
}

TEST(HttpClient, SendsMethodHeadersAndBodyAndReadsTheAnswer) {
  HttpSink sink;
  sink.answer = [](const std::string&) {
    return std::string("HTTP/1.1 418 Teapot\r\nContent-Length: 3\r\nX-Kettle:  on \r\n\r\nhot");
  };
  const auto answer = client()->send(post(sink.url("/a?b=c"), "body"));
  ASSERT_TRUE(answer.ok()) << answer.status().text();
  EXPECT_EQ(answer->status, 418);
  EXPECT_EQ(answer->body, "hot");
  EXPECT_EQ(answer->header("x-kettle"), "on");
  EXPECT_EQ(answer->header("x-other"), "");
  const std::string request = sink.requests().at(0);
  EXPECT_TRUE(request.starts_with("POST /a?b=c HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("X-One: 1\r\n"), std::string::npos);
  EXPECT_EQ(request.find("Expect:"), std::string::npos);
  EXPECT_TRUE(request.ends_with("\r\n\r\nbody"));
}

TEST(HttpClient, OtherMethodsCarryTheirBodyOrNone) {
  HttpSink sink;
  HttpRequest put = post(sink.url(), "x"), get = post(sink.url());
  put.method = "PUT";
  get.method = "GET";
  const auto http = client();
  ASSERT_TRUE(http->send(put).ok());
  ASSERT_TRUE(http->send(get).ok());
  EXPECT_TRUE(sink.requests().at(0).starts_with("PUT "));
  EXPECT_TRUE(sink.requests().at(1).starts_with("GET ")) << sink.requests().at(1);
}

TEST(HttpClient, RedirectsAreAnswersAndNotFollowed) {
  HttpSink sink, other;
  sink.answer = [&](const std::string&) {
    return fmt::format("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", other.url());
  };
  const auto answer = client()->send(post(sink.url()));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 302);
  EXPECT_TRUE(other.requests().empty());
}

TEST(HttpClient, ALongAnswerIsCutOff) {
  HttpSink sink;
  sink.answer = [](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100000, 'x'); };
  HttpRequest request = post(sink.url());
  request.response_bytes_max = 1000;
  const auto answer = client()->send(request);
  ASSERT_TRUE(answer.ok()) << answer.status().text();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body.size(), 1000u);
  EXPECT_TRUE(answer->truncated);
}

TEST(HttpClient, WhoDoesNotAnswerIsLeftInTime) {
  HttpSink sink;
  sink.answer = [](const std::string&) { return std::string(); };
  HttpRequest request = post(sink.url());
  request.timeout_ms = 50;
  EXPECT_EQ(client()->send(request).status().code(), Code::deadline);
}

TEST(HttpClient, AStopEndsTheExchange) {
  HttpSink sink;
  sink.answer = [](const std::string&) { return std::string(); };
  const std::atomic<bool> stop{true};
  HttpRequest request = post(sink.url());
  request.stop = &stop;
  EXPECT_EQ(client()->send(request).status().code(), Code::cancelled);
}

TEST(HttpClient, NobodyThereIsUnavailable) {
  std::string url;
  {
    const HttpSink sink;
    url = sink.url();
  }
  const auto answer = client()->send(post(url));
  EXPECT_EQ(answer.status().code(), Code::unavailable);
  EXPECT_TRUE(answer.status().retryable());
}

TEST(HttpClient, AnAddressInsideIsRefusedAtTheLiteralAndAtTheSocket) {
  HttpSink sink;
  const auto http = client(false);
  EXPECT_EQ(http->send(post(sink.url())).status().code(), Code::denied);
  // The name says nothing about where it leads; the socket's address does.
  const std::string by_name = "http://localhost" + sink.url().substr(sink.url().rfind(':'));
  const auto answer = http->send(post(by_name));
  EXPECT_EQ(answer.status().code(), Code::denied) << answer.status().text();
  EXPECT_FALSE(answer.status().retryable());
  EXPECT_TRUE(sink.requests().empty());
}

TEST(HttpClient, UrlsAreJudgedByTheParserThatConnects) {
  const auto good = check_http_url("HTTPS://Example.COM/a?b#c");
  ASSERT_TRUE(good.ok()) << good.status().text();
  EXPECT_EQ(good->host, "example.com");
  EXPECT_EQ(good->port, "443");
  EXPECT_EQ(check_http_url("http://2130706433/")->host, "127.0.0.1");
  EXPECT_EQ(check_http_url("http://0x7f.1:81/")->host, "127.0.0.1");
  EXPECT_EQ(check_http_url("http://LocalHost./")->host, "localhost");
  for (const char* bad : {"", "example.com", "ftp://example.com/", "file:///etc/passwd", "gopher://x/", "http://",
                          "http://a:b@example.com/", "http://a@example.com/", "http://exa mple.com/", "http://example.com/\r\nX: y",
                          "http://example.com:99999/", "http:///x", "https:////x/y", "http:/x", "http://./"})
    EXPECT_EQ(check_http_url(bad).status().code(), Code::invalid) << bad;
  for (const char* bad : {"http://example.com:0/", "http://example.com:000/", "http://１２７.0.0.1/", "http://ex\u00e4mple.com/", "http://%EF%BC%91.0.0.1/"})
    EXPECT_EQ(check_http_url(bad).status().code(), Code::invalid) << bad;
  EXPECT_FALSE(check_http_url("http://example.com/" + std::string(3000, 'a')).ok());
}

TEST(HttpClient, RetryAfterIsSecondsOrADate) {
  HttpResponse response;
  const std::int64_t now = *parse_time("2026-05-15T12:00:00Z");
  EXPECT_EQ(retry_after_ms_of(response, now), -1);
  const auto with = [&](const char* text) {
    response.headers = {{"retry-after", text}};
    return retry_after_ms_of(response, now);
  };
  EXPECT_EQ(with("120"), 120'000);
  EXPECT_EQ(with("-5"), -1);
  EXPECT_EQ(with("soon"), -1);
  EXPECT_EQ(with("Fri, 15 May 2026 12:01:00 GMT"), 60'000);
  EXPECT_EQ(with("Fri, 15 May 2026 11:00:00 GMT"), 0);
}

}  // namespace
}  // namespace cvg
