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
    flags =
        join(flags, {"--data DIR", "--seeds N", "--epochs N", "--batch-size N", "--learning-rate X",
                     "--gemm NAME", "--threads N", "--resume", "--checkpoint-every N"});
  }
  for (const std::string& flag : flags) EXPECT_THAT(ran.out, HasSubstr(flag));
  EXPECT_THAT(run_study(GetParam(), {"--version"}).out, StartsWith(GetParam() + " (gradus "));
}

TEST_P(ProgramUsage, WrongUsageIsStatusTwoAndOneLine) {
  const TempDir folder;
  const std::vector<std::pair<Arguments, std::string>> wrong = {
      {{"--bogus"}, "got --bogus, expected one of the program's flags (see"},
      {{"--forse"}, "got --forse, expected one of the program's flags, such as --force"},
      {{"--ou=x"}, "got --ou, expected one of the program's flags, such as --out"},
      {{"-seed", "3"}, "got -seed, expected one of the program's flags, such as --seed"},
      {{"--seed", "x"}, "--seed: got x, expected a whole number"},
      {{"--seed", "-1"}, "--seed: got -1, expected"},
      {{"--out="}, "--out: got nothing, expected a value"},
      {{"--out", ""}, "--out: got nothing, expected a"},
      {{"--seed"}, "--seed: got nothing, expected a value"},
      {{"--seed", "1", "--seed", "2"}, "--seed: got it 2 times, expected it once"},
      {{"--quiet=perhaps"}, "--quiet: got perhaps, expected no value"},
      {{"a", "b", "c"},
       GetParam() == "predict" ? "got c, expected nothing but flags beside MODEL and DATA"
                               : "got a, expected flags alone"},
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

TEST(PredictUsage, NamesTheFilesThatAreMissing) {
  for (const auto& [arguments, missing] :
       {std::pair(Arguments{}, "MODEL"), {Arguments{"ae_fashion"}, "DATA"}}) {
    expect_one_complaint("predict", run_study("predict", arguments), 2,
                         std::string("got no ") + missing + ", expected MODEL and DATA");
  }
}

}  // namespace
}  // namespace gradus::test
