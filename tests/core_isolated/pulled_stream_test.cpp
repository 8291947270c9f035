#include "core/isolated/pulled_stream.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

#include <convergence/arrow_read.hpp>

#include "tests/core_isolated/arrow_sample.h"

namespace cvg {
namespace {

// A stream of so many batches of the sample; then the end, or an error.
struct SampleStream {
  SampleStream(int n, bool fails) : batches(n), failing(fails) {}
  void open(ArrowArrayStream* out) { *out = ArrowArrayStream{&get_schema, &get_next, &last_error, &release, this}; }
  static SampleStream& of(ArrowArrayStream* s) { return *static_cast<SampleStream*>(s->private_data); }
  static int get_schema(ArrowArrayStream* s, ArrowSchema* out) {
    *out = of(s).sample.schema;
    out->release = [](ArrowSchema* schema) { schema->release = nullptr; };
    return 0;
  }
  static int get_next(ArrowArrayStream* s, ArrowArray* out) {
    *out = ArrowArray{};
    if (of(s).batches == 0) return of(s).failing ? EIO : 0;
    --of(s).batches;
    *out = of(s).sample.array;
    out->release = [](ArrowArray* array) { array->release = nullptr; };
    return 0;
  }
  static const char* last_error(ArrowArrayStream*) { return "the disk is gone"; }
  static void release(ArrowArrayStream* s) {
    of(s).released = true;
    s->release = nullptr;
  }
  ArrowSample sample;
  int batches;
  bool failing, released = false;
};

class PulledStreamTest : public testing::Test {
 protected:
  // Both ends in one process.
  void join(SampleStream& source) {
    ArrowArrayStream given{};
    source.open(&given);
    holder_ = std::make_unique<PulledFrom>(&given);
    EXPECT_EQ(given.release, nullptr);
    make_pulled_stream([this](Pull what) { return holder_->answer(what); }, [this] { closed_ = true; }, &stream_);
  }
  std::unique_ptr<PulledFrom> holder_;
  ArrowArrayStream stream_{};
  bool closed_ = false;
};

TEST_F(PulledStreamTest, BatchesComeWhenTheyAreWanted) {
  SampleStream source(3, false);
  join(source);
  EXPECT_EQ(source.batches, 3);
  int rows = 0;
  convergence::for_each_row(&stream_, [&](const std::vector<convergence::Json>&) { ++rows; });
  EXPECT_EQ(rows, 6);
  stream_.release(&stream_);
  EXPECT_TRUE(closed_);
  EXPECT_EQ(stream_.release, nullptr);
  holder_.reset();
  EXPECT_TRUE(source.released);
}

TEST_F(PulledStreamTest, ErrorOfTheOtherSideIsTheStreams) {
  SampleStream source(1, true);
  join(source);
  ArrowArray batch{};
  ASSERT_EQ(stream_.get_next(&stream_, &batch), 0);
  batch.release(&batch);
  EXPECT_EQ(stream_.get_next(&stream_, &batch), EIO);
  EXPECT_STREQ(stream_.get_last_error(&stream_), "the disk is gone");
  stream_.release(&stream_);
  holder_.reset();
  EXPECT_TRUE(source.released);
}

TEST_F(PulledStreamTest, DamagedBatchIsAnError) {
  make_pulled_stream([](Pull) -> Result<std::string> { return std::string("nonsense"); }, {}, &stream_);
  ArrowSchema schema{};
  EXPECT_NE(stream_.get_schema(&stream_, &schema), 0);
  EXPECT_NE(std::string(stream_.get_last_error(&stream_)).find("damaged"), std::string::npos);
  stream_.release(&stream_);
}

}  // namespace
}  // namespace cvg
