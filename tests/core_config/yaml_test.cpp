#include "core/config/yaml.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Yaml, PlainScalarsBecomeJsonTypes) {
  const auto document = parse_yaml("a: 1\nb: true\nc: ~\nd: 2025-11-15\ne: '7'\nf: 1.50\ng: 007\nh: yes\ni: .inf\n", "x.yml");
  ASSERT_TRUE(document.ok()) << document.status().text();
  EXPECT_EQ(document->value.dump(),
            R"({"a":1,"b":true,"c":null,"d":"2025-11-15","e":"7","f":1.50,"g":"007","h":"yes","i":".inf"})");
}

TEST(Yaml, EveryNodeHasItsLine) {
  const auto document = parse_yaml("a: 1\nsteps:\n  - id: x\n    source:\n      uri: u\n  - id: y\n", "x.yml");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->line_of("/steps"), 2);
  EXPECT_EQ(document->line_of("/steps/0/source/uri"), 5);
  EXPECT_EQ(document->line_of("/steps/1"), 6);
  EXPECT_EQ(document->line_of("/steps/1/missing"), 6);
}

TEST(Yaml, RefusalsNameFileAndLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: 1\na: 2\n", "x.yml:2: the key 'a' stands there twice"},
      {"a: &x 1\nb: *x\n", "x.yml:1: anchors and aliases are not allowed"},
      {"a: !!binary abc\n", "x.yml:1: the tag tag:yaml.org,2002:binary is not allowed"},
      {"[a]: 1\n", "x.yml:1: a key must be text"},
      {"a: 1\n---\nb: 2\n", "x.yml: the file holds a second document"},
  };
  for (const auto& [text, message] : cases) {
    const auto document = parse_yaml(text, "x.yml");
    ASSERT_FALSE(document.ok()) << text;
    EXPECT_EQ(document.status().text(), message);
    EXPECT_EQ(document.status().code(), Code::config);
  }
  const auto broken = parse_yaml("a: 1\nb: [1, 2\nc: 3\n", "x.yml");
  ASSERT_FALSE(broken.ok());
  EXPECT_TRUE(broken.status().text().starts_with("x.yml:")) << broken.status().text();
}

TEST(Yaml, DepthAndSizeAreBounded) {
  EXPECT_FALSE(parse_yaml(std::string(100000, '['), "x.yml").ok());
  EXPECT_FALSE(parse_yaml(std::string(2 << 20, ' '), "x.yml").ok());
  EXPECT_FALSE(parse_yaml("a: \xff\n", "x.yml").ok());
  EXPECT_TRUE(parse_yaml("", "x.yml").ok());
}

}  // namespace
}  // namespace cvg
