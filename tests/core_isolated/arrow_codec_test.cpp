#include "core/isolated/arrow_codec.h"

#include <gtest/gtest.h>

#include <random>

#include <convergence/arrow_read.hpp>

#include "tests/core_isolated/arrow_sample.h"

namespace cvg {
namespace {

using convergence::detail::arrow_read;

// Every row of every column as JSON.
std::string rows_of(const ArrowSchema& schema, const ArrowArray& array) {
  std::string text;
  for (std::int64_t row = 0; row < array.length; ++row)
    for (std::int64_t c = 0; c < array.n_children; ++c) text += arrow_read(*schema.children[c], *array.children[c], row + array.offset).dump() + ";";
  return text;
}

struct Decoded {
  ArrowSchema schema{};
  ArrowArray array{};
  Decoded() = default;
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;
  ~Decoded() {
    if (array.release) array.release(&array);
    if (schema.release) schema.release(&schema);
  }
};

TEST(ArrowCodec, RowsComeBackAsTheyWere) {
  const ArrowSample sample;
  Decoded decoded;
  const Result<std::string> schema = encode_schema(sample.schema);
  const Result<std::string> array = encode_array(sample.schema, sample.array);
  ASSERT_TRUE(schema.ok() && array.ok());
  ASSERT_TRUE(decode_schema(*schema, decoded.schema).ok());
  const Status status = decode_array(decoded.schema, std::make_shared<const std::string>(*array), decoded.array);
  ASSERT_TRUE(status.ok()) << status.text();
  EXPECT_EQ(rows_of(decoded.schema, decoded.array), rows_of(sample.schema, sample.array));
  EXPECT_STREQ(decoded.schema.children[0]->name, "number");
  EXPECT_EQ(*encode_array(decoded.schema, decoded.array), *array);
}

TEST(ArrowCodec, ChildThatIsMovedOutLivesOn) {
  const ArrowSample sample;
  ArrowArray child{};
  {
    Decoded decoded;
    ASSERT_TRUE(decode_schema(*encode_schema(sample.schema), decoded.schema).ok());
    ASSERT_TRUE(decode_array(decoded.schema, std::make_shared<const std::string>(*encode_array(sample.schema, sample.array)), decoded.array).ok());
    child = *decoded.array.children[0];
    decoded.array.children[0]->release = nullptr;
  }
  EXPECT_EQ(arrow_read(*sample.schema.children[0], child, 1).dump(), "7");
  child.release(&child);
}

TEST(ArrowCodec, EveryCutAndEveryFlippedByteIsReadSafely) {
  const ArrowSample sample;
  Decoded whole;
  const std::string schema = *encode_schema(sample.schema), array = *encode_array(sample.schema, sample.array);
  ASSERT_TRUE(decode_schema(schema, whole.schema).ok());
  for (std::size_t cut = 0; cut < array.size(); ++cut) {
    Decoded part;
    EXPECT_FALSE(decode_array(whole.schema, std::make_shared<const std::string>(array.substr(0, cut)), part.array).ok());
  }
  for (std::size_t cut = 0; cut < schema.size(); ++cut) {
    Decoded part;
    EXPECT_FALSE(decode_schema(schema.substr(0, cut), part.schema).ok());
  }
  std::mt19937 random(11);
  for (int turn = 0; turn < 20'000; ++turn) {
    std::string bad_schema = schema, bad_array = array;
    bad_schema[random() % bad_schema.size()] = static_cast<char>(random());
    bad_array[random() % bad_array.size()] = static_cast<char>(random());
    Decoded first, second;
    static_cast<void>(decode_schema(bad_schema, first.schema));
    // What is accepted can be read to its end.
    if (decode_array(whole.schema, std::make_shared<const std::string>(bad_array), second.array).ok()) static_cast<void>(rows_of(whole.schema, second.array));
  }
}

TEST(ArrowCodec, IndexOutsideItsDictionaryIsRefused) {
  ArrowSample sample;
  sample.indexes[0] = 9;
  Decoded decoded;
  ASSERT_TRUE(decode_schema(*encode_schema(sample.schema), decoded.schema).ok());
  const Status status = decode_array(decoded.schema, std::make_shared<const std::string>(*encode_array(sample.schema, sample.array)), decoded.array);
  EXPECT_EQ(status.code(), Code::data);
  EXPECT_NE(status.text().find("an index of a dictionary"), std::string::npos);
}

}  // namespace
}  // namespace cvg
