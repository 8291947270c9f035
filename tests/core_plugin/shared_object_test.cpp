#include "core/plugin/shared_object.h"

#include <dlfcn.h>

#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

TEST(SharedObject, EntryIsFoundAndStaysTheSame) {
  const Scratch scratch;
  const std::string path = scratch.write("good.so", read_all(broken("good")));
  const Result<const cvg_entry*> entry = open_entry(path);
  ASSERT_TRUE(entry.ok()) << entry.status().text();
  EXPECT_STREQ((*entry)->id, "test.good");
  EXPECT_EQ(*open_entry(path), *entry);
}

TEST(SharedObject, ObjectThatSomebodyElseLoadedUnderThisNameIsRefused) {
  const Scratch scratch;
  const std::string path = scratch.write("good.so", read_all(broken("good")));
  ASSERT_NE(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), nullptr);
  const Result<const cvg_entry*> entry = open_entry(path);
  ASSERT_FALSE(entry.ok());
  EXPECT_NE(entry.status().text().find("an object of this name is in the process already"), std::string::npos);
}

TEST(SharedObject, WhatIsNoObjectIsRefused) {
  const Scratch scratch;
  const Status text = open_entry(scratch.write("text.so", "hello")).status();
  EXPECT_EQ(text.code(), Code::config);
  EXPECT_NE(text.text().find("it cannot be loaded: "), std::string::npos);
  EXPECT_FALSE(open_entry(scratch.path("none.so")).ok());
}

}  // namespace
}  // namespace cvg
