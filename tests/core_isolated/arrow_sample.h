// Two rows of every layout: a number, a text with a NULL, a list, a map's like in a struct, a word of a dictionary.
#pragma once

#include <cstring>

#include <convergence/arrow_c.h>

namespace cvg {

struct ArrowSample {
  ArrowSample() {
    type(columns[0], "l", "number");
    type(columns[1], "u", "text");
    type(columns[2], "+l", "list", 1, list_types);
    type(item, "i", "item");
    type(columns[3], "+s", "pair", 1, pair_types);
    type(flag, "b", "flag");
    type(columns[4], "c", "word");
    type(words, "u", "");
    columns[4].dictionary = &words;
    type(schema, "+s", "", 5, column_types);
    fill(arrays[0], 2, 2, number_buffers);
    fill(arrays[1], 2, 3, text_buffers);
    arrays[1].null_count = 1;
    fill(arrays[2], 2, 2, list_buffers, 1, list_arrays);
    fill(items, 3, 2, item_buffers);
    fill(arrays[3], 2, 1, nothing, 1, pair_arrays);
    fill(flags, 2, 2, flag_buffers);
    fill(arrays[4], 2, 2, index_buffers);
    fill(dictionary, 2, 3, word_buffers);
    arrays[4].dictionary = &dictionary;
    fill(array, 2, 1, nothing, 5, column_arrays);
  }
  ArrowSample(const ArrowSample&) = delete;
  ArrowSample& operator=(const ArrowSample&) = delete;

  static void type(ArrowSchema& s, const char* format, const char* name, std::int64_t n = 0, ArrowSchema** children = nullptr) {
    s = ArrowSchema{};
    s.format = format;
    s.name = name;
    s.n_children = n;
    s.children = children;
  }
  static void fill(ArrowArray& a, std::int64_t length, std::int64_t n_buffers, const void** buffers, std::int64_t n = 0, ArrowArray** children = nullptr) {
    a = ArrowArray{};
    a.length = length;
    a.n_buffers = n_buffers;
    a.buffers = buffers;
    a.n_children = n;
    a.children = children;
  }

  ArrowSchema schema{}, columns[5]{}, item{}, flag{}, words{};
  ArrowSchema* column_types[5] = {&columns[0], &columns[1], &columns[2], &columns[3], &columns[4]};
  ArrowSchema *list_types[1] = {&item}, *pair_types[1] = {&flag};
  ArrowArray array{}, arrays[5]{}, items{}, flags{}, dictionary{};
  ArrowArray* column_arrays[5] = {&arrays[0], &arrays[1], &arrays[2], &arrays[3], &arrays[4]};
  ArrowArray *list_arrays[1] = {&items}, *pair_arrays[1] = {&flags};

  std::int64_t numbers[2] = {42, 7};
  std::int32_t text_offsets[3] = {0, 5, 5}, list_offsets[3] = {0, 1, 3}, item_values[3] = {1, 2, 3}, word_offsets[3] = {0, 3, 7};
  unsigned char valid = 1, flag_bits = 2;
  std::int8_t indexes[2] = {1, 0};
  const void *nothing[1] = {nullptr}, *number_buffers[2] = {nullptr, numbers}, *text_buffers[3] = {&valid, text_offsets, "hello"},
             *list_buffers[2] = {nullptr, list_offsets}, *item_buffers[2] = {nullptr, item_values}, *flag_buffers[2] = {nullptr, &flag_bits},
             *index_buffers[2] = {nullptr, indexes}, *word_buffers[3] = {nullptr, word_offsets, "onemore"};
};

}  // namespace cvg
