// What the programs say of themselves, and of flags that are not theirs.
#include "tests/apps/programs.h"

namespace gradus::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ProgramUsage : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(, ProgramUsage,
                         ::testing::Values("ae_fashion", "vae_fashion", "fashion_atlas", "ae_basic",
                                           "ae_digits", "ae_ecg", "predict"),
                         [](const auto& program) { return program.param; });

TEST_P(ProgramUsage, HelpNamesEveryFlag) {
  const Ran ran = run_study(GetParam(), {"--help"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr("Usage: " + GetParam() + " "));
  Arguments flags = {"--out", "--seed N", "--force", "--quiet", "--help", "--version"};
  if (GetParam() == "predict") {
    flags = join(flags, {"MODEL", "DATA", "--threshold X", "--scaled", "--labelled"});
  } else {
    flags = join(flags, {"--data DIR", "--seeds N", "--epochs N", "--batch-size N",
                         "--learning-rate X", "--threads N", "--resume"});
  }
  for (const std::string& flag : flags) EXPECT_THAT(ran.out, HasSubstr(flag));
  EXPECT_THAT(run_study(GetParam(), {"--version"}).out, StartsWith(GetParam() + " (gradus "));
}

TEST_P(ProgramUsage, WrongUsageIsStatusTwoAndOneLine) {
  const TempDir folder;
  const std::vector<std::pair<Arguments, std::string>> wrong = {
      {{"--bogus"}, "--bogus"}, {{"--seed", "x"}, "--seed"}, {{"--seed", "-1"}, "--seed"},
      {{"--out="}, "--out="},   {{"--out", ""}, "--out"},    {{"--seed"}, "--seed"},
      {{"a", "b", "c"}, ""},
  };
  for (const auto& [arguments, about] : wrong) {
    SCOPED_TRACE(::testing::PrintToString(arguments));
    // With its two arguments, predict has nothing else to complain of.
    const bool names_files = GetParam() == "predict" && arguments.front() != "a";
    const Ran ran =
        run_study(GetParam(), names_files ? join({"model", "data"}, arguments) : arguments,
                  {.folder = folder.path()});
    expect_one_complaint(GetParam(), ran, 2, about);
    EXPECT_THAT(ran.err, HasSubstr(GetParam() + " --help"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path())) << "wrong usage left a file";
}

}  // namespace
}  // namespace gradus::test
