#include "host/http/representation.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

namespace cvg {
namespace {

Request asking(std::string_view name = "", std::string_view value = "", Method method = Method::get) {
  Request request;
  request.method = method;
  if (!name.empty()) request.headers.push_back({name, value});
  return request;
}

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

Response large() {
  Response response;
  response.body = "[" + std::string(5000, ' ') + "]";
  return response;
}

std::string inflated(const std::string& bytes) {
  std::string out(100'000, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Representation, AcceptEncodingIsReadWithItsWeights) {
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip;q=0.5", "x-gzip", "*", "br;q=1.0, *;q=0.1", "gzip ; q=0.001", "*;q=0, gzip"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const char* no : {"", "identity", "gzip;q=0", "gzip; q=0.000", "gzip;Q=0.0", "*;q=0", "gzip;q=0, *", "br", "gzipped"})
    EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(Representation, LargeTextIsCompressedForThoseWhoTakeIt) {
  const std::string body = large().body;
  Response response = large();
  apply_gzip(asking("Accept-Encoding", "gzip"), response, 4096);
  EXPECT_EQ(header(response, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
  EXPECT_EQ(inflated(response.body), body);
  Response plain = large();
  apply_gzip(asking("Accept-Encoding", "gzip;q=0"), plain, 4096);
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  EXPECT_EQ(plain.body, body);
}

TEST(Representation, SmallBinarySecretAndUnwantedBodiesStayAsTheyAre) {
  const auto untouched = [](Response response, std::int64_t bytes_min) {
    const std::string body = response.body;
    apply_gzip(asking("Accept-Encoding", "gzip"), response, bytes_min);
    return response.body == body && header(response, "Content-Encoding").empty();
  };
  EXPECT_TRUE(untouched(large(), 5003));
  EXPECT_FALSE(untouched(large(), 5002));
  EXPECT_TRUE(untouched(large(), 0));
  Response binary = large();
  binary.content_type = "application/vnd.apache.parquet";
  EXPECT_TRUE(untouched(binary, 1));
  Response secret = large();
  secret.with("Cache-Control", "no-store");
  EXPECT_TRUE(untouched(secret, 1));
}

TEST(Representation, AnUnchangedBodyIsNotSentAgain) {
  Response first = large();
  apply_etag(asking(), first, 0);
  const std::string etag = header(first, "ETag");
  EXPECT_EQ(etag.size(), 34u);
  for (const std::string& named : {etag, "W/" + etag, "\"x\", " + etag, std::string("*"), etag.substr(0, 33) + "-gzip\""}) {
    Response again = large();
    apply_etag(asking("If-None-Match", named), again, 0);
    EXPECT_EQ(again.status, 304) << named;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(header(again, "ETag"), etag);
  }
  Response changed = large();
  changed.body += " ";
  apply_etag(asking("If-None-Match", etag), changed, 0);
  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(header(changed, "ETag"), etag);
}

TEST(Representation, ANotModifiedHasTheTagAndVaryOfItsAnswer) {
  for (const char* coding : {"gzip", "identity"}) {
    Request request = asking("Accept-Encoding", coding);
    Response sent = large();
    apply_etag(request, sent, 1);
    apply_gzip(request, sent, 1);
    const std::string tag = header(sent, "ETag");
    request.headers.push_back({"If-None-Match", tag});
    Response unchanged = large();
    apply_etag(request, unchanged, 1);
    apply_gzip(request, unchanged, 1);
    EXPECT_EQ(unchanged.status, 304) << coding;
    EXPECT_EQ(header(unchanged, "ETag"), tag);
    EXPECT_EQ(header(unchanged, "Vary"), "Accept-Encoding");
    EXPECT_EQ(header(unchanged, "Content-Encoding"), "");
  }
}

TEST(Representation, OnlyGoodAnswersToReadsHaveATag) {
  Response missing = large();
  missing.status = 404;
  apply_etag(asking("If-None-Match", "*"), missing, 0);
  EXPECT_EQ(missing.status, 404);
  Response posted = large();
  apply_etag(asking("If-None-Match", "*", Method::post), posted, 0);
  EXPECT_EQ(posted.status, 200);
  EXPECT_EQ(header(posted, "ETag"), "");
}

TEST(Representation, EachContentCodingHasItsOwnTag) {
  Response response = large();
  apply_etag(asking(), response, 0);
  const std::string plain = header(response, "ETag");
  apply_gzip(asking("Accept-Encoding", "gzip"), response, 1);
  EXPECT_EQ(header(response, "ETag"), plain.substr(0, 33) + "-gzip\"");
}

}  // namespace
}  // namespace cvg
