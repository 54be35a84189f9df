// That the runs of each study can be repeated, taken up again, and summed up.
#include "tests/apps/programs.h"

namespace gradus::test {
namespace {

using ::testing::HasSubstr;

class StudyRepeat : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(, StudyRepeat,
                         ::testing::Values("ae_basic", "ae_digits", "ae_ecg", "vae_fashion"),
                         [](const auto& study) { return study.param; });

TEST_P(StudyRepeat, GivesTheSameBitsAtAnyNumberOfThreads) {
  const TempDir folder;
  for (const char* threads : {"1", "2", "4", "8"}) {
    train_study(GetParam(), folder / threads, {"--epochs", "2", "--threads", threads});
  }
  train_study(GetParam(), folder / "other", {"--epochs", "2", "--seed", "43"});
  for (const char* threads : {"2", "4", "8"}) expect_same_run(folder / "1", folder / threads);
  EXPECT_FALSE(read_file(folder / "1/model.safetensors") ==
               read_file(folder / "other/model.safetensors"));
}

TEST_P(StudyRepeat, GivesTheSameBitsOnTwoThreadsByTheOwnKernel) {
  const TempDir folder;
  for (const char* threads : {"1", "2"}) {
    train_study(GetParam(), folder / threads,
                {"--epochs", "2", "--gemm", "own", "--threads", threads});
  }
  expect_same_run(folder / "1", folder / "2");
  EXPECT_THAT(read_file(folder / "1/report.html"), HasSubstr("own products, "));
}

// A race that decides bits may lose nineteen times in twenty. On the digits built in:
// only steps of that many samples are worth a second thread.
TEST(TwentyRuns, OfOneSeedEndInTheSameWeights) {
  const TempDir folder;
  const auto weights_of_run = [&](int i) {
    const Ran ran =
        run_study("ae_digits", {"--out", folder.path(), "--force", "--quiet", "--epochs", "3",
                                "--batch-size", "500", "--seed", "7",  //
                                "--threads", std::to_string(1 + i % 2)});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return read_file(folder / "model.safetensors");
  };
  const std::string first = weights_of_run(0);
  for (int i = 1; i < 20; ++i) EXPECT_TRUE(weights_of_run(i) == first) << "run " << i;
}

TEST_P(StudyRepeat, EndsAsARunInOneGo) {
  const TempDir folder;
  train_study(GetParam(), folder / "whole", {"--epochs", "4"});
  train_study(GetParam(), folder / "parts", {"--epochs", "2"});
  train_study(GetParam(), folder / "parts", {"--epochs", "4", "--resume"});
  expect_same_run(folder / "whole", folder / "parts");
  const Ran other = run_study(GetParam(), {"--data", small_data(), "--out", folder / "parts",
                                           "--epochs", "5", "--resume", "--batch-size", "7"});
  expect_one_complaint(GetParam(), other, 1, "batch size");
}

TEST_P(StudyRepeat, SurvivesAKill) {
  const TempDir folder;
  const fs::path run = folder / "run";
  // Words of 160 epochs do not fit into the pipe, so it is still training when it dies.
  const Arguments arguments = {"--data",   small_data(), "--out",        run,
                               "--epochs", "160",        "--batch-size", "200"};
  const Ran killed = run_study(GetParam(), arguments, {.kill_when = [](std::string_view err) {
                                 return err.find("Epoch 2/160") != err.npos;
                               }});
  EXPECT_EQ(killed.status, 128 + SIGKILL) << killed.err;
  EXPECT_FALSE(fs::exists(run / "metrics.json"));
  const Ran resumed = run_study(GetParam(), join(arguments, {"--resume"}));
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("Going on after epoch "));
  train_study(GetParam(), folder / "whole", {"--epochs", "160", "--batch-size", "200"});
  expect_same_run(folder / "whole", run);
}

TEST_P(StudyRepeat, SeveralSeedsAreSummedUp) {
  const TempDir folder;
  const fs::path out = folder / "three";
  train_study(GetParam(), out, {"--seed", "7", "--seeds", "3", "--epochs", "2"});
  expect_summary_of(out, {7, 8, 9});
  expect_whole_pictures(out);
  expect_stands_alone(out / "summary.html");
  const std::string page = read_file(out / "summary.html");
  if (GetParam() != "vae_fashion") {  // which tells its classes there
    EXPECT_THAT(page, HasSubstr("Runs from seed 7 to seed 9"));
  }
  for (const char* seed : {"7", "8", "9"}) {
    const std::string run = std::string("runs/seed_") + seed;
    EXPECT_THAT(page, HasSubstr("href=\"" + run + "/report.html\""));
    train_study(GetParam(), folder / seed, {"--seed", seed, "--epochs", "2"});
    expect_same_run(folder / seed, out / run);
  }
}

TEST(StudySeeds, GoOnWhereTheyWereStopped) {
  const TempDir folder;
  const Arguments three = {"--seed", "7", "--seeds", "3", "--epochs", "2"};
  train_study("ae_basic", folder.path(), three);
  const auto rows = summary(folder.path());
  fs::remove_all(folder / "runs/seed_8");
  fs::remove(folder / "summary.csv");
  train_study("ae_basic", folder.path(), join(three, {"--resume"}));
  EXPECT_EQ(summary(folder.path()), rows);
}

TEST_P(StudyRepeat, SeedsThatFailAreNamed) {
  const TempDir folder;
  const Ran ran =
      run_study(GetParam(), {"--data", small_data(), "--out", folder.path(), "--seeds", "3",
                             "--epochs", "2", "--learning-rate", "1e30", "--quiet"});
  expect_one_complaint(GetParam(), ran, 1, "3 of 3 runs failed; seed 42: ");
  EXPECT_THAT(ran.err, HasSubstr("try a smaller learning rate"));
  EXPECT_FALSE(fs::exists(folder / "summary.csv"));
  EXPECT_THAT(read_file(folder / "summary.html"), HasSubstr("All 3 runs broke down"));
  expect_stands_alone(folder / "summary.html");
  expect_stands_alone(folder / "runs/seed_44/report.html");
}

}  // namespace
}  // namespace gradus::test
