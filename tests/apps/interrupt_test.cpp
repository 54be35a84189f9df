// Ctrl-C and SIGTERM: what a training that is asked to stop leaves, and says.
#include "tensor/parallel.h"
#include "tests/apps/programs.h"

namespace gradus::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// As many as by default; or one: ThreadSanitizer hands a signal on at the next call of the
// system, and a thread that waits for work would sit on it.
const std::string kThreads = GRADUS_TSAN ? "1" : std::to_string(num_threads());
const Arguments kTraining = {"--epochs",           "160", "--batch-size", "50",
                             "--checkpoint-every", "100", "--threads",    kThreads};

RunOptions with_signals(std::vector<int> signals, const std::string& at = "Epoch 2/160") {
  return {.kill_when = [at](std::string_view err) { return err.find(at) != err.npos; },
          .signals = std::move(signals)};
}

class Interrupt : public ::testing::TestWithParam<std::string> {
 protected:
  Ran run(const Arguments& more, const RunOptions& options = {}) {
    return run_study(GetParam(), join(arguments_, more), options);
  }
  const TempDir folder_;
  const fs::path out_ = folder_ / "run";
  const Arguments arguments_ = join({"--data", small_data(), "--out", out_}, kTraining);
};
INSTANTIATE_TEST_SUITE_P(, Interrupt,
                         ::testing::Values("ae_fashion", "ae_basic", "ae_digits", "ae_ecg",
                                           "vae_fashion"),
                         [](const auto& study) { return study.param; });

TEST_P(Interrupt, SavesTheStepAndGoesOnToTheVeryBits) {
  const Ran stopped = run({}, with_signals({SIGINT}));
  EXPECT_EQ(stopped.status, 130);
  EXPECT_THAT(stopped.err, HasSubstr("\n" + GetParam() +
                                     ": stopped by Ctrl-C with all steps saved; "
                                     "the same command with --resume"));
  const Ran again = run({"--resume"}, with_signals({SIGTERM}, "/160 - "));
  EXPECT_EQ(again.status, 143) << again.err;
  // No checkpoint was due between the first epoch and the hundredth.
  EXPECT_THAT(again.err, HasSubstr("Going on after epoch "));
  EXPECT_THAT(again.err, Not(HasSubstr("Going on after epoch 1.")));
  EXPECT_THAT(again.err, HasSubstr(": stopped by SIGTERM with all steps saved"));
  EXPECT_FALSE(fs::exists(out_ / "metrics.json"));

  const Ran resumed = run({"--resume"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  train_study(GetParam(), folder_ / "whole", kTraining);
  expect_same_run(folder_ / "whole", out_);
}

// While it is halted both signals arrive, so that no step can end between them.
TEST(InterruptTwice, EndsAtOnce) {
  const TempDir folder;
  const Ran ran = run_study("ae_digits", join({"--out", folder / "run"}, kTraining),
                            with_signals({SIGSTOP, SIGINT, SIGTERM, SIGCONT}));
  EXPECT_THAT(ran.status, AnyOf(128 + SIGINT, 128 + SIGTERM));  // whichever came second
  EXPECT_THAT(ran.err, Not(HasSubstr("stopped by")));
}

TEST(InterruptIgnored, StaysIgnored) {
  const TempDir folder;
  const Ran ran = run_program(join({"/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh",
                                    GRADUS_PROGRAMS "/ae_digits", "--out", folder / "run"},
                                   kTraining),
                              with_signals({SIGINT}));
  EXPECT_EQ(ran.status, 0) << ran.err;
}

// In the place of gnuplot: kills who started it, and would go on.
TEST(Killed, LeavesNobodyWhoStillDraws) {
  const TempDir folder;
  write(folder / "gnuplot", "#!/bin/sh\nkill -9 $PPID\n/bin/sleep 0.3\n: > orphan\n");
  fs::permissions(folder / "gnuplot", fs::perms::owner_all);
  const Ran ran = run_study("ae_digits", {"--out", folder / "run", "--epochs", "1"},
                            {.environment = {{"PATH", folder.path()}}});
  EXPECT_EQ(ran.status, 128 + SIGKILL);
  EXPECT_TRUE(fs::exists(folder / "run/charts/all.gp"));
  ::usleep(1'000'000);
  EXPECT_FALSE(fs::exists(folder / "run/charts/orphan"));
}

TEST(InterruptSeeds, StopsAllRunsAndAllGoOn) {
  const TempDir folder;
  const Arguments three = {"--data",   small_data(), "--seeds",      "3",
                           "--epochs", "30",         "--batch-size", "10"};
  const Arguments out = join(three, {"--out", folder / "runs"});
  const Ran stopped = run_study("ae_basic", join(out, {"--threads", "1"}),
                                with_signals({SIGTERM}, "seed 42 - loss"));
  EXPECT_EQ(stopped.status, 143) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("ae_basic: stopped by SIGTERM"));
  EXPECT_THAT(stopped.err, Not(HasSubstr("seed 44 - ")));
  EXPECT_FALSE(fs::exists(folder / "runs/summary.csv"));
  const Ran resumed = run_study("ae_basic", join(out, {"--resume"}));
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("seed 42 - was trained already"));
  train_study("ae_basic", folder / "whole", three);
  EXPECT_EQ(summary(folder / "runs"), summary(folder / "whole"));
}

}  // namespace
}  // namespace gradus::test
