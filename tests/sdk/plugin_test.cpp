// The C++ view: what is thrown becomes a cvg_error, what fails becomes a throw, and nothing crosses the boundary.
#include <convergence/plugin.hpp>
#include <gtest/gtest.h>

#include <stdexcept>

namespace convergence {
namespace {

class Moody : public Step {
 public:
  explicit Moody(const Json &config) {
    if (config["broken"].boolean()) throw Error(CVG_E_CONFIG, "broken is set");
  }
  static Json describe() { return Json::object().set("summary", "moody"); }
  Json plan(Call &, const Json &spec) override {
    return Json::array().push(Json::object().set("field", "mood").set("message", spec["mood"].text()));
  }
  void run(Call &, const Json &spec, Json &outputs) override {
    outputs.set("rows", 7);
    const std::string mood = spec["mood"].text();
    if (mood == "error") throw Error(CVG_E_RATE_LIMITED, "slow down", Json::object().set("file", "a.csv")).retry_after(1500);
    if (mood == "standard") throw std::runtime_error("a plain exception");
    if (mood == "memory") throw std::bad_alloc();
    if (mood == "number") throw 42;
  }
};
using Thunk = StepThunks<Moody>;

static_assert(noexcept(Thunk::describe(nullptr, nullptr, nullptr)) && noexcept(Thunk::create(nullptr, nullptr, nullptr, nullptr)) &&
              noexcept(Thunk::run(nullptr, nullptr, nullptr, nullptr, nullptr)) && noexcept(Thunk::interrupt(nullptr)) &&
              noexcept(Thunk::plan(nullptr, nullptr, nullptr, nullptr, nullptr)) && noexcept(Thunk::destroy(nullptr)));
static_assert(noexcept(guarded(nullptr, [] {})));

struct Outcome {
  cvg_status status;
  cvg_error error = empty_error();
  std::string outputs;
};

Outcome run(const char *spec_text) {
  Outcome outcome;
  StringOut out;
  Moody moody{Json()};
  const cvg_str spec = str(spec_text);
  outcome.status = Thunk::run(reinterpret_cast<cvg_instance *>(&moody), nullptr, &spec, out.out(), &outcome.error);
  outcome.outputs = out.text();
  return outcome;
}

TEST(Thunks, ThrownErrorKeepsEverything) {
  const Outcome o = run(R"({"mood":"error"})");
  EXPECT_EQ(o.status, CVG_E_RATE_LIMITED);
  EXPECT_EQ(o.error.code, CVG_E_RATE_LIMITED);
  EXPECT_STREQ(o.error.message, "slow down");
  EXPECT_STREQ(o.error.detail_json, R"({"file":"a.csv"})");
  EXPECT_EQ(o.error.retry_after_ms, 1500);
  EXPECT_EQ(o.error.flags, static_cast<uint32_t>(CVG_ERR_RETRYABLE));
}

TEST(Thunks, OutputsAreWrittenAlsoWhenTheStepFails) {
  EXPECT_EQ(run(R"({"mood":"error"})").outputs, R"({"rows":7})");
  EXPECT_EQ(run("{}").outputs, R"({"rows":7})");
  EXPECT_EQ(run("{}").status, CVG_OK);
}

TEST(Thunks, EveryExceptionStopsThere) {
  EXPECT_EQ(run(R"({"mood":"standard"})").status, CVG_E_PLUGIN);
  EXPECT_STREQ(run(R"({"mood":"standard"})").error.message, "a plain exception");
  EXPECT_EQ(run(R"({"mood":"memory"})").status, CVG_E_LIMIT);
  EXPECT_EQ(run(R"({"mood":"number"})").status, CVG_E_PLUGIN);
  EXPECT_STREQ(run(R"({"mood":"number"})").error.message, "an unknown exception");
  EXPECT_EQ(run("no JSON").status, CVG_E_CONFIG);
}

TEST(Thunks, RefusedConfigurationMakesNoInstance) {
  cvg_instance *instance = nullptr;
  cvg_error error = empty_error();
  const cvg_str broken = str(R"({"broken":true})"), empty = str("");
  EXPECT_EQ(Thunk::create(nullptr, &broken, &instance, &error), CVG_E_CONFIG);
  EXPECT_EQ(instance, nullptr);
  ASSERT_EQ(Thunk::create(nullptr, &empty, &instance, &error), CVG_OK);
  Thunk::destroy(instance);
}

TEST(Thunks, PlanAnswersAListOfErrors) {
  StringOut out;
  Moody moody{Json()};
  const cvg_str spec = str(R"({"mood":"bad"})");
  EXPECT_EQ(Thunk::plan(reinterpret_cast<cvg_instance *>(&moody), nullptr, &spec, out.out(), nullptr), CVG_OK);
  EXPECT_EQ(out.text(), R"({"errors":[{"field":"mood","message":"bad"}]})");
}

TEST(Thunks, AnswerThatIsTooLargeIsALimit) {
  StringOut out(4);
  cvg_error error = empty_error();
  EXPECT_EQ(Thunk::describe(nullptr, out.out(), &error), CVG_E_LIMIT);
  EXPECT_STREQ(error.message, "the answer is larger than the caller allows");
}

TEST(Error, MessageIsCutBetweenCharacters) {
  cvg_error error = empty_error();
  Error(CVG_E_DATA, std::string(510, 'a') + "\xe2\x82\xac").fill(&error);  // the euro sign does not fit any more
  EXPECT_EQ(std::string(error.message), std::string(510, 'a'));
  EXPECT_EQ(guarded(&error, [] { throw std::runtime_error(std::string(509, 'b') + "\xe2\x82\xac"); }), CVG_E_PLUGIN);
  EXPECT_EQ(std::string(error.message), std::string(509, 'b'));
}

TEST(Error, LongDetailIsLeftOutWhole) {
  cvg_error error = empty_error();
  Error(CVG_E_DATA, "x", Json::object().set("line", std::string(2000, '1'))).fill(&error);
  EXPECT_STREQ(error.detail_json, "");
  Error(CVG_E_DATA, "x").fill(nullptr);
}

TEST(Error, FailedHostCallIsThrownAsItCame) {
  cvg_error error = empty_error();
  Error(CVG_E_UNAVAILABLE, "busy", Json::object().set("file", "f")).retry_after(9).fill(&error);
  try {
    raise(CVG_E_UNAVAILABLE, error);
    FAIL();
  } catch (const Error &thrown) {
    EXPECT_EQ(thrown.code(), CVG_E_UNAVAILABLE);
    EXPECT_STREQ(thrown.what(), "busy");
    EXPECT_EQ(thrown.detail()["file"].text(), "f");
  }
  error = empty_error();  // a host function that fills no error
  EXPECT_THROW(raise(CVG_E_STATE, error), Error);
  raise(CVG_OK, error);
}

TEST(StringOut, TakesNoMoreThanItsLimit) {
  StringOut out(5);
  EXPECT_EQ(out.out()->write(out.out()->ctx, "12345", 5), CVG_OK);
  EXPECT_EQ(out.out()->write(out.out()->ctx, "6", 1), CVG_E_LIMIT);
  EXPECT_EQ(out.text(), "12345");
}

TEST(Text, BorrowsLiteralsAndStrings) {
  const std::string kept = "kept";
  EXPECT_EQ(text(str(kept)), "kept");
  EXPECT_EQ(text(str("literal")), "literal");
  EXPECT_EQ(text(static_cast<const cvg_str *>(nullptr)), "");
  EXPECT_EQ(text(cvg_str{nullptr, 0}), "");
}

}  // namespace
}  // namespace convergence
