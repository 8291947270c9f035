#include "flat_buffer.h"

#include <gtest/gtest.h>

#include "tests/plugins_ducklake_sessions/flat_view.h"

namespace ducklake {
namespace {

TEST(FlatBuffer, ReadersFindEveryFieldAlignedAndMissingOnesMissing) {
  FlatBuffer message;
  std::vector<std::size_t> root, child, items;
  message.table({{0, 2, 7}, {1, 1, 3}, FlatBuffer::reference(2), {3, 8, 1ull << 40}, FlatBuffer::reference(5)}, root);
  EXPECT_EQ(root[3] % 8, 0u);
  message.point(root[2]);
  message.table({FlatBuffer::reference(0), FlatBuffer::reference(1)}, child);
  message.point(child[0]);
  message.text("name");
  message.point(child[1]);
  message.references(2, items);
  for (const std::size_t item : items) {
    std::vector<std::size_t> inner;
    message.point(item);
    message.table({{1, 4, item}}, inner);
  }
  message.point(root[4]);
  message.pairs({{1, -2}, {3, 4}});

  const FlatView view = FlatView::root(message.bytes());
  EXPECT_EQ(view.value<int16_t>(0), 7);
  EXPECT_EQ(view.value<uint8_t>(1), 3);
  EXPECT_EQ(view.value<int64_t>(3), 1ll << 40);
  EXPECT_EQ(view.value<int32_t>(4, -1), -1);
  EXPECT_EQ(view.value<int32_t>(9, -1), -1);
  EXPECT_EQ(view.table(2).text(0), "name");
  ASSERT_EQ(view.table(2).count(1), 2u);
  EXPECT_EQ(view.table(2).item(1, 1).value<uint32_t>(1), items[1]);
  EXPECT_EQ(view.count(5), 2u);
  EXPECT_EQ(view.number_of(5, 1), -2);
  EXPECT_EQ(view.number_of(5, 2), 3);
}

}  // namespace
}  // namespace ducklake
