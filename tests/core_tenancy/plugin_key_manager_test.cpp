#include "core/tenancy/plugin_key_manager.h"

#include <convergence/plugin.hpp>
#include <gtest/gtest.h>

namespace cvg {
namespace {

// A key manager as a plugin's table: puts the aad in front, and refuses a blob of another one.
cvg_status wrap(cvg_instance*, cvg_call*, const cvg_str*, const cvg_str* plain, const cvg_str* aad, cvg_out* out, cvg_error* e) {
  return convergence::guarded(e, [&] { convergence::append(out, convergence::text(aad) + "|" + convergence::text(plain)); });
}
cvg_status unwrap(cvg_instance*, cvg_call*, const cvg_str*, const cvg_str* blob, const cvg_str* aad, cvg_out* out, cvg_error* e) {
  return convergence::guarded(e, [&] {
    const std::string text = convergence::text(blob), prefix = convergence::text(aad) + "|";
    if (text.rfind(prefix, 0) != 0) throw convergence::Error(CVG_E_DATA, "wrapped for somebody else");
    convergence::append(out, text.substr(prefix.size()));
  });
}
cvg_status create(cvg_call*, const cvg_str*, cvg_instance** out, cvg_error*) {
  static int instance = 0;
  *out = reinterpret_cast<cvg_instance*>(&instance);
  return CVG_OK;
}
void nothing(cvg_instance*) {}

TEST(KeyManager, WrapsAndUnwrapsThroughThePluginsTable) {
  const cvg_keymgr table = {sizeof(cvg_keymgr), 0, &wrap, &unwrap, nullptr};
  const cvg_component abi = {sizeof(cvg_component), 0, CVG_KIND_KEY_MANAGER, "fake", &table, nullptr, &create, nullptr, &nothing, &nothing};
  Component component;
  component.abi = &abi;
  component.kind = CVG_KIND_KEY_MANAGER;
  component.name = "fake";
  component.config_json = "{}";
  SystemClock clock;
  auto keys = make_plugin_key_manager(component, clock);
  ASSERT_TRUE(keys.ok()) << keys.status().text();
  const auto blob = (*keys)->wrap("tenant", std::string("se\0cret", 7), "acme:api_key");
  ASSERT_TRUE(blob.ok());
  EXPECT_EQ(*(*keys)->unwrap("tenant", *blob, "acme:api_key"), std::string("se\0cret", 7));
  EXPECT_EQ((*keys)->unwrap("tenant", *blob, "other:api_key").status().code(), Code::data);
}

}  // namespace
}  // namespace cvg
