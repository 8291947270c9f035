#include <convergence/plugin.hpp>
#include <gtest/gtest.h>

#include "tests/plugins_local/scratch_folder.h"

namespace cvg {
namespace {

using convergence::str;

class Local : public testing::Test {
 protected:
  Local() : component(cvg_plugin_entry.component(0)) { instance = create(folder.path + "/k"); }
  ~Local() override { component->destroy(instance); }

  cvg_instance *create(const std::string &path) {
    const std::string config = convergence::Json::object().set("key_file", path).dump();
    const cvg_str c = str(config);
    cvg_instance *made = nullptr;
    error = convergence::empty_error();
    component->create(nullptr, &c, &made, &error);
    return made;
  }
  std::string call(decltype(cvg_keymgr::wrap) f, cvg_instance *i, const std::string &id, const std::string &in, const std::string &aad,
                   std::size_t room = 4096) {
    convergence::StringOut out(room);
    const cvg_str a = str(id), b = str(in), c = str(aad);
    error = convergence::empty_error();
    status = f(i, nullptr, &a, &b, &c, out.out(), &error);
    return out.text();
  }
  std::string wrap(const std::string &id, const std::string &plain, const std::string &aad) { return call(table().wrap, instance, id, plain, aad); }
  std::string unwrap(const std::string &id, const std::string &blob, const std::string &aad) { return call(table().unwrap, instance, id, blob, aad); }
  const cvg_keymgr &table() const { return *static_cast<const cvg_keymgr *>(component->vtbl); }

  ScratchFolder folder;
  const cvg_component *component;
  cvg_instance *instance = nullptr;
  cvg_status status = CVG_OK;
  cvg_error error = convergence::empty_error();
};

TEST_F(Local, UnwrapsWhatItWrappedAlsoAfterARestart) {
  const std::string blob = wrap("tenant-keys", "data key", "acme/credentials");
  EXPECT_EQ(unwrap("tenant-keys", blob, "acme/credentials"), "data key");
  cvg_instance *again = create(folder.path + "/k");
  EXPECT_EQ(call(table().unwrap, again, "tenant-keys", blob, "acme/credentials"), "data key");
  component->destroy(again);
}

TEST_F(Local, AnotherTenantKeyIdOrSplitOfBothIsRefused) {
  const std::string blob = wrap("id", "data key", "acme");
  for (const auto &[id, aad] : {std::pair<const char *, const char *>{"id", "other"}, {"id2", "acme"}, {"ida", "cme"}, {"", "idacme"}}) {
    EXPECT_EQ(unwrap(id, blob, aad), "");
    EXPECT_EQ(status, CVG_E_DATA);
  }
}

TEST_F(Local, EveryChangedByteAndEveryCutIsRefused) {
  const std::string blob = wrap("id", "data key", "acme");
  for (std::size_t i = 0; i < blob.size(); ++i) {
    std::string bad = blob;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    EXPECT_EQ(unwrap("id", bad, "acme"), "");
    EXPECT_EQ(status, CVG_E_DATA);
    EXPECT_EQ(unwrap("id", blob.substr(0, i), "acme"), "");
    EXPECT_EQ(status, CVG_E_DATA);
  }
}

TEST_F(Local, WhatWasWrappedBeforeARotationIsStillUnwrapped) {
  const std::string before = wrap("id", "data key", "acme");
  ASSERT_EQ(table().rotate(instance, nullptr, &error), CVG_OK) << error.message;
  const std::string after = wrap("id", "data key", "acme");
  EXPECT_EQ(before[8], 1);
  EXPECT_EQ(after[8], 2);
  EXPECT_EQ(unwrap("id", before, "acme"), "data key");
  EXPECT_EQ(unwrap("id", after, "acme"), "data key");
}

TEST_F(Local, AnotherFormatVersionIsNamed) {
  std::string blob = wrap("id", "data key", "acme");
  blob[4] = 9;
  unwrap("id", blob, "acme");
  EXPECT_NE(std::string(error.message).find("format version"), std::string::npos);
}

TEST_F(Local, AnotherKeyFileDoesNotUnwrap) {
  const std::string blob = wrap("id", "data key", "acme");
  cvg_instance *other = create(folder.path + "/other");
  EXPECT_EQ(call(table().unwrap, other, "id", blob, "acme"), "");
  EXPECT_EQ(status, CVG_E_DATA);
  component->destroy(other);
}

TEST_F(Local, ATooSmallAnswerIsALimitAndABadFileAConfigError) {
  call(table().wrap, instance, "id", "data key", "acme", 10);
  EXPECT_EQ(status, CVG_E_LIMIT);
  EXPECT_EQ(create("relative"), nullptr);
  EXPECT_EQ(error.code, CVG_E_CONFIG);
}

TEST_F(Local, IsReentrantAndStaysInTheServersProcess) {
  EXPECT_EQ(component->flags, static_cast<uint32_t>(CVG_REENTRANT | CVG_NEEDS_INPROCESS));
  EXPECT_STREQ(component->kind, CVG_KIND_KEY_MANAGER);
  EXPECT_EQ(cvg_plugin_entry.component(1), nullptr);
  convergence::StringOut out;
  ASSERT_EQ(component->describe(nullptr, out.out(), &error), CVG_OK);
  EXPECT_EQ(convergence::Json::parse(out.text())["config_schema"]["required"].dump(), R"(["key_file"])");
}

}  // namespace
}  // namespace cvg
