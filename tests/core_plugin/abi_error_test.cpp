#include <cstring>

#include "core/plugin/call.h"
#include "core/base/text.h"

namespace cvg {
namespace {

TEST(AbiError, StatusGoesThereAndBack) {
  Status status(Code::rate_limited, "slow down");
  status.with_retry_after_ms(1500).with_detail_json("{\"file\":\"a.csv\"}");
  cvg_error error = empty_abi_error();
  EXPECT_EQ(fill_abi_error(status, &error), CVG_E_RATE_LIMITED);
  EXPECT_EQ(error.flags, static_cast<std::uint32_t>(CVG_ERR_RETRYABLE));
  const Status back = status_from_abi(error.code, error, "step x");
  EXPECT_EQ(back.code(), Code::rate_limited);
  EXPECT_EQ(back.text(), "slow down");
  EXPECT_EQ(back.log_text(), "step x: slow down");
  EXPECT_TRUE(back.retryable());
  EXPECT_EQ(back.retry_after_ms(), 1500);
  EXPECT_EQ(back.detail_json(), "{\"file\":\"a.csv\"}");
}

TEST(AbiError, EveryCodeOfTheAbiSurvivesTheWayBack) {
  for (cvg_status code = CVG_E_CANCELLED; code <= CVG_E_PEER_DIED; ++code) {
    cvg_error error = empty_abi_error();
    const Status status = status_from_abi(code, error, "x");
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(fill_abi_error(status, &error), code);
  }
  EXPECT_TRUE(status_from_abi(CVG_OK, empty_abi_error(), "x").ok());
}

TEST(AbiError, UnknownCodeIsPlugin) {
  EXPECT_EQ(status_from_abi(4711, empty_abi_error(), "x").code(), Code::plugin);
  EXPECT_EQ(status_from_abi(-1, empty_abi_error(), "x").code(), Code::plugin);
}

TEST(AbiError, CodesOfRequestsHaveTheirNearestNumber) {
  EXPECT_EQ(fill_abi_error(Status(Code::invalid, "x"), nullptr), CVG_E_CONFIG);
  EXPECT_EQ(fill_abi_error(Status(Code::quota, "x"), nullptr), CVG_E_LIMIT);
}

TEST(AbiError, LongMessageIsCutBetweenCharacters) {
  std::string text(510, 'a');
  text += "\xc3\xa4 and more";  // its second byte would be the last one of the field
  cvg_error error = empty_abi_error();
  fill_abi_error(Status(Code::data, text), &error);
  EXPECT_EQ(std::strlen(error.message), 510u);
  EXPECT_TRUE(is_utf8(error.message));
}

TEST(AbiError, DetailThatDoesNotFitIsLeftOut) {
  Status status(Code::data, "x");
  status.with_detail_json("{\"file\":\"" + std::string(2000, 'a') + "\"}");
  cvg_error error = empty_abi_error();
  fill_abi_error(status, &error);
  EXPECT_STREQ(error.detail_json, "");
}

TEST(AbiError, SmallerErrorOfAnOlderPluginIsNotWrittenBeyondItsEnd) {
  cvg_error error;
  std::memset(&error, 0x55, sizeof error);
  error.struct_size = 12;  // struct_size, code, flags
  EXPECT_EQ(fill_abi_error(Status(Code::auth, "no"), &error), CVG_E_AUTH);
  EXPECT_EQ(error.code, CVG_E_AUTH);
  EXPECT_EQ(error.http_status, 0x55555555);
  EXPECT_EQ(error.message[0], 0x55);
}

TEST(AbiError, MessageOfAFaultIsForTheLogAlone) {
  cvg_error error = empty_abi_error();
  std::strcpy(error.message, "table at 0x7f is broken");
  const Status status = status_from_abi(CVG_E_PLUGIN, error, "step x");
  EXPECT_EQ(status.text(), "step x failed");
  EXPECT_EQ(status.log_text(), "step x: table at 0x7f is broken");
  error.flags = CVG_ERR_USER_FIXABLE;
  EXPECT_EQ(status_from_abi(CVG_E_PLUGIN, error, "step x").text(), "table at 0x7f is broken");
}

TEST(AbiError, NonsenseInTheFieldsIsDropped) {
  cvg_error error = empty_abi_error();
  std::memset(error.message, 'x', sizeof error.message);  // without an end
  std::strcpy(error.detail_json, "[1, 2");
  const Status status = status_from_abi(CVG_E_DATA, error, "step x");
  EXPECT_EQ(status.text().size(), sizeof error.message);
  EXPECT_EQ(status.detail_json(), "");
  std::strcpy(error.message, "\xff\xfe");
  EXPECT_EQ(status_from_abi(CVG_E_DATA, error, "step x").text(), "step x failed");
}

}  // namespace
}  // namespace cvg
