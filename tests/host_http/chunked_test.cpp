#include "host/http/chunked.h"

#include <gtest/gtest.h>

#include <random>

namespace cvg {
namespace {

using State = ChunkedDecoder::State;

State decode(std::string_view bytes, std::string& body, std::size_t& used, std::size_t piece = 1 << 20,
             std::int64_t limit = 1 << 20) {
  ChunkedDecoder decoder(limit);
  State state = State::more;
  used = 0;
  while (state == State::more && used < bytes.size()) {
    std::size_t now = 0;
    state = decoder.feed(bytes.substr(used, piece), body, now);
    used += now;
  }
  return state;
}

State state_of(std::string_view bytes) {
  std::string body;
  std::size_t used = 0;
  return decode(bytes, body, used);
}

TEST(ChunkedDecoder, JoinsChunksAndStopsWhereTheMessageEnds) {
  const std::string bytes = "5\r\nhello\r\nA\r\n, world!!!\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece < 40; ++piece) {
    std::string body;
    std::size_t used = 0;
    EXPECT_EQ(decode(bytes + "GET /", body, used, piece), State::done);
    EXPECT_EQ(body, "hello, world!!!");
    EXPECT_EQ(used, bytes.size());
  }
}

TEST(ChunkedDecoder, RefusesWhatTwoReadersCouldReadDifferently) {
  for (const char* bytes : {"5;x=1\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n",
                            "0x5\r\nhello\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "\r\n", "5\rA\r\nhello", "0\r\nTrailer: x\r\n\r\n",
                            "000000005\r\nhello\r\n", "FFFFFFFFFFFFFFFF\r\n", "5\r\nhello\n0\r\n\r\n", "0\r\n\n"})
    EXPECT_EQ(state_of(bytes), State::malformed) << bytes;
}

TEST(ChunkedDecoder, CountsWhatArrivesAgainstTheLimit) {
  std::string body;
  std::size_t used = 0;
  EXPECT_EQ(decode("5\r\nhello\r\n0\r\n\r\n", body, used, 100, 5), State::done);
  EXPECT_EQ(decode("5\r\nhello\r\n1\r\nx\r\n0\r\n\r\n", body, used, 100, 5), State::too_large);
  EXPECT_EQ(decode("7FFFFFFF\r\n", body, used, 100, 1 << 20), State::too_large);
}

TEST(ChunkedDecoder, AgreesWithItselfOnRandomBytesHoweverTheyArrive) {
  std::mt19937 random(7);
  constexpr std::string_view letters = "0123456789abcF\r\n\r\n;x";
  for (int round = 0; round < 5'000; ++round) {
    std::string bytes;
    for (unsigned i = 0; i < random() % 40; ++i) bytes.push_back(letters[random() % letters.size()]);
    std::string whole, pieces;
    std::size_t used_whole = 0, used_pieces = 0;
    const State a = decode(bytes, whole, used_whole), b = decode(bytes, pieces, used_pieces, 1);
    EXPECT_EQ(a, b);
    EXPECT_EQ(whole, pieces);
    EXPECT_EQ(used_whole, used_pieces);
  }
}

}  // namespace
}  // namespace cvg
