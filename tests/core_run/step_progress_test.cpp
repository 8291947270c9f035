#include "core/run/step_progress.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(StepProgress, TheStatementOfAPluginThatTellsNothingIsTheStep) {
  StepProgress progress;
  const StepProgress::Statement statement(progress);
  EXPECT_DOUBLE_EQ(progress.hear(0.3), 0.3);
  EXPECT_DOUBLE_EQ(progress.hear(0.9), 0.9);
  EXPECT_LT(progress.hear(-1), 0);
}

TEST(StepProgress, AStatementFillsAsMuchAsTheLastReportMoved) {
  StepProgress progress;
  EXPECT_DOUBLE_EQ(progress.hear(0.25), 0.25);
  {
    const StepProgress::Statement statement(progress);
    EXPECT_DOUBLE_EQ(progress.hear(0.5), 0.375);
    EXPECT_DOUBLE_EQ(progress.hear(1), 0.5);
  }
  EXPECT_DOUBLE_EQ(progress.hear(0.5), 0.5);
  EXPECT_DOUBLE_EQ(progress.hear(0.75), 0.75);
  EXPECT_DOUBLE_EQ(progress.hear(1), 1);
}

TEST(StepProgress, APluginThatBeginsWithNothingIsBelievedAlone) {
  StepProgress progress;
  EXPECT_DOUBLE_EQ(progress.hear(0), 0);
  {
    const StepProgress::Statement statement(progress);
    EXPECT_DOUBLE_EQ(progress.hear(0.9), 0);
  }
  EXPECT_DOUBLE_EQ(progress.hear(0.1), 0.1);
  const StepProgress::Statement statement(progress);
  EXPECT_DOUBLE_EQ(progress.hear(0.5), 0.15);
}

}  // namespace
}  // namespace cvg
