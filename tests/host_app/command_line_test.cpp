#include "host/app/command_line.h"

#include <gtest/gtest.h>

#include "core/base/text.h"

namespace cvg {
namespace {

CommandLine parse(std::vector<const char*> words) {
  words.insert(words.begin(), "convergence");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

using Command = CommandLine::Command;

TEST(CommandLine, ServeTurnsFlagsIntoKeys) {
  const CommandLine line = parse({"serve", "--config", "c.yml", "--data", "d", "--listen", "127.0.0.1:1"});
  EXPECT_EQ(line.command, Command::serve);
  EXPECT_EQ(line.config_file, "c.yml");
  EXPECT_EQ(line.flags, (std::vector<std::pair<std::string, std::string>>{{"data_dir", "d"}, {"listen", "127.0.0.1:1"}}));
}

TEST(CommandLine, FlagsThatAreNotGivenSayNothing) { EXPECT_TRUE(parse({"serve"}).flags.empty()); }

TEST(CommandLine, SampleReadsItsOptions) {
  const CommandLine line = parse({"sample", "out", "--seed", "7", "--days", "3", "--rows", "1000", "--format", "parquet", "--no-correction"});
  EXPECT_EQ(line.command, Command::sample);
  EXPECT_EQ(line.sample.folder, "out");
  EXPECT_EQ(line.sample.seed, 7u);
  EXPECT_EQ(line.sample.days, 3);
  EXPECT_EQ(line.sample.rows, 1000);
  EXPECT_EQ(line.sample.format, "parquet");
  EXPECT_FALSE(line.sample.correction);
}

TEST(CommandLine, TheOtherCommandsAreKnown) {
  EXPECT_EQ(parse({"query", "--tenant", "acme", "SELECT 1"}).argument, "SELECT 1");
  EXPECT_EQ(parse({"plugins", "list"}).command, Command::plugins_list);
  EXPECT_EQ(parse({"plugins", "inspect", "a.so"}).argument, "a.so");
  EXPECT_EQ(parse({"template", "lint", "t.yml"}).command, Command::template_lint);
  EXPECT_EQ(parse({"session-parent", "{}"}).command, Command::session_parent);
}

TEST(CommandLine, HelpShowsExamplesAndHidesTheSessionParent) {
  const CommandLine line = parse({"--help"});
  EXPECT_EQ(line.command, Command::none);
  EXPECT_EQ(line.exit_code, 0);
  EXPECT_NE(line.text.find("Examples:"), std::string::npos);
  EXPECT_NE(line.text.find("serve"), std::string::npos);
  EXPECT_EQ(line.text.find("session-parent"), std::string::npos);
  EXPECT_NE(parse({"--version"}).text.find("convergence "), std::string::npos);
}

// Bug: "A subcommand is required" for a word that stood there.
TEST(CommandLine, AnUnknownCommandIsNamedWithTheNearest) {
  for (const char* word : {"serv", "querry", "nonsense"}) {
    const CommandLine line = parse({word});
    EXPECT_EQ(line.exit_code, 2);
    EXPECT_NE(line.text.find(fmt::format("There is no command '{}'", word)), std::string::npos) << line.text;
    EXPECT_EQ(line.text.find("session-parent"), std::string::npos) << line.text;
  }
  EXPECT_NE(parse({"serv"}).text.find("did you mean 'serve'?"), std::string::npos);
  EXPECT_NE(parse({"nonsense"}).text.find("serve, sample, query"), std::string::npos);
  EXPECT_NE(parse({"plugins", "lst"}).text.find("did you mean 'list'?"), std::string::npos);
}

// Bug: the help of each command repeated the examples of all of them.
TEST(CommandLine, ACommandsHelpShowsItsOwnExamplesOnly) {
  const std::string query = parse({"query", "--help"}).text, list = parse({"plugins", "list", "--help"}).text;
  EXPECT_NE(query.find("convergence query --data"), std::string::npos) << query;
  EXPECT_EQ(query.find("convergence sample"), std::string::npos) << query;
  EXPECT_NE(list.find("convergence plugins list"), std::string::npos) << list;
  EXPECT_EQ(list.find("convergence plugins inspect"), std::string::npos) << list;
  EXPECT_NE(parse({"plugins", "--help"}).text.find("convergence plugins inspect aws"), std::string::npos);
}

TEST(CommandLine, AWrongUseIsExitCodeTwo) {
  for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{
           {}, {"nothing"}, {"serve", "--lisen", "x"}, {"query", "SELECT 1"}, {"query", "--tenant", "a", "--format", "xml", "SELECT 1"},
           {"sample"}, {"plugins"}, {"sample", "out", "--days", "many"}}) {
    const CommandLine line = parse(words);
    EXPECT_EQ(line.command, Command::none);
    EXPECT_EQ(line.exit_code, 2);
    EXPECT_FALSE(line.text.empty());
  }
}

}  // namespace
}  // namespace cvg
