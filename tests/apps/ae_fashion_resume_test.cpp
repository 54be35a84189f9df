// That runs of ae_fashion can be repeated, taken up again, and summed up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apps/ae_fashion.h"

namespace gradus::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

TEST(AeFashionRepeat, GivesTheSameBitsAtAnyNumberOfThreads) {
  const TempDir folder;
  write_fashion_like(folder / "data", {.train = 400, .test = 100});
  const auto train = [&](const char* name, const Arguments& more) {
    train_into(folder / name, join({"--data", folder / "data", "--epochs", "2"}, more));
  };
  train("one", {"--threads", "1"});
  train("again", {"--threads", "1"});
  train("two", {"--threads", "2"});
  train("four", {"--threads", "4"});
  train("eight", {"--threads", "8"});
  train("other", {"--threads", "1", "--seed", "43"});
  for (const char* name : {"again", "two", "four", "eight"}) {
    SCOPED_TRACE(name);
    expect_same_run(folder / "one", folder / name);
  }
  for (const char* name : {"model.safetensors", "scores.csv"}) {
    EXPECT_FALSE(read_file(folder / "one" / name) == read_file(folder / "other" / name)) << name;
  }
}

TEST(AeFashionResume, EndsAsARunInOneGo) {
  const TempDir folder;
  train_into(folder / "whole", {"--epochs", "4", "--batch-size", "50"});
  train_into(folder / "parts", {"--epochs", "2", "--batch-size", "50"});
  train_into(folder / "parts", {"--epochs", "4", "--batch-size", "50", "--resume"});
  expect_same_run(folder / "whole", folder / "parts");
  train_into(folder / "parts", {"--epochs", "4", "--batch-size", "50", "--resume"});
  expect_same_run(folder / "whole", folder / "parts");
}

TEST(AeFashionResume, SurvivesAKill) {
  const TempDir folder;
  const fs::path run = folder / "run";
  const Arguments arguments = {"--data", small_data(), "--out", run, "--epochs"};
  // Words of 160 epochs do not fit into the pipe, so it is still training when it dies.
  const auto kill_at = [&](const std::string& line, const Arguments& more) {
    const Ran killed =
        ae_fashion(join(arguments, more),
                   {.kill_when = [&](std::string_view err) { return err.find(line) != err.npos; }});
    EXPECT_EQ(killed.status, 128 + SIGKILL) << killed.err;
  };
  kill_at("Epoch 2/160", {"160"});
  EXPECT_FALSE(fs::exists(run / "metrics.json"));
  const Ran resumed = ae_fashion(join(arguments, {"160", "--resume"}));
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("Going on after epoch "));
  train_into(folder / "whole", {"--epochs", "160"});
  expect_same_run(folder / "whole", run);

  // Being trained on, it is no finished run any more.
  kill_at("Epoch 162/320", {"320", "--resume"});
  EXPECT_FALSE(fs::exists(run / "metrics.json"));
}

TEST(AeFashionResume, RefusesOtherSettingsAndNamesThem) {
  const TempDir folder;
  const fs::path run = folder / "run";
  train_into(run, {"--epochs", "2"});
  const std::string before = lasting_metrics(run), weights = read_file(run / "model.safetensors");
  write_fashion_like(folder / "data", {.train = 400, .test = 90, .rows = 12, .columns = 12});
  const std::vector<std::pair<Arguments, std::string>> others = {
      {{"--seed", "7"}, "seed 42, now it is 7"},
      {{"--batch-size", "64"}, "batch size 128, now it is 64"},
      {{"--learning-rate", "0.002"}, "learning rate 0.001, now it is 0.002"},
      {{"--gemm", "own"}, "gemm blas, now it is own"},
      {{"--normal", "5,7"},
       "normal classes Sandal, Sneaker and Ankle boot (5, 7, 9), now it is Sandal and Sneaker (5, "
       "7);"},
      {{"--abnormal", "3"}, "abnormal classes Coat (4), now it is Dress (3)"},
      {{"--data", folder / "data"}, "data sha256:"},
      {{"--epochs", "1"}, "--epochs 1"},
  };
  for (const auto& [arguments, setting] : others) {
    Arguments all = join({"--resume", "--out", run}, arguments);
    if (arguments[0] != "--data") all = join(all, {"--data", small_data()});
    if (arguments[0] != "--epochs") all = join(all, {"--epochs", "4"});
    const Ran ran = ae_fashion(all);
    EXPECT_EQ(ran.status, 1);
    EXPECT_EQ(ran.err_lines(), 1u);
    EXPECT_THAT(ran.err, AllOf(HasSubstr(run.string()), HasSubstr(setting)));
  }
  EXPECT_EQ(lasting_metrics(run), before);
  EXPECT_EQ(read_file(run / "model.safetensors"), weights);
}

TEST(AeFashionResume, RefusesWhereThereIsNothing) {
  const TempDir folder;
  write(folder / "file.txt", "no run");
  for (const Arguments& more : {Arguments{}, {"--seeds", "2"}}) {
    for (const fs::path& out : {folder / "none", folder.path()}) {
      const Ran ran = ae_fashion(join({"--data", small_data(), "--out", out, "--resume"}, more));
      EXPECT_EQ(ran.status, 1);
      EXPECT_EQ(ran.err_lines(), 1u);
      EXPECT_THAT(ran.err, AllOf(HasSubstr(out.string()), HasSubstr("start")));
    }
  }
  EXPECT_EQ(files_in(folder.path()), std::vector<std::string>{"file.txt"});
}

TEST(AeFashionResume, NamesADamagedCheckpoint) {
  const TempDir folder;
  train_into(folder / "run", {"--epochs", "1"});
  fs::resize_file(folder / "run" / "checkpoint.safetensors", 5000);
  const Ran ran = ae_fashion({"--data", small_data(), "--out", folder / "run", "--resume"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err_lines(), 1u);
  EXPECT_THAT(ran.err, HasSubstr("checkpoint.safetensors"));
}

TEST(AeFashionSeeds, AreSummedUp) {
  const TempDir folder;
  const fs::path out = folder / "runs of three";
  const Arguments three = {"--seed", "7", "--seeds", "3", "--epochs", "2"};
  train_into(out, three);
  EXPECT_THAT(files_in(out), IsSupersetOf({"summary.csv", "summary.html", "losses.png",
                                           "spread_final.png", "spread_mae_mean.png"}));
  expect_whole_pictures(out);
  expect_summary_of(out, {7, 8, 9});
  const auto rows = summary(out);

  // A run of several is the same as one by itself.
  train_into(folder / "eight", {"--seed", "8", "--epochs", "2"});
  expect_same_run(folder / "eight", out / "runs" / "seed_8");

  // Stopped in the third run, it goes on there.
  fs::remove_all(out / "runs" / "seed_9");
  fs::remove(out / "summary.csv");
  train_into(out, join(three, {"--resume"}));
  EXPECT_EQ(summary(out), rows);

  // Longer runs are trained on, not taken for finished; other ones refused.
  train_into(out, {"--seed", "7", "--seeds", "3", "--epochs", "3", "--resume"});
  EXPECT_EQ(metrics(out / "runs" / "seed_9")["epochs"], 3);
  EXPECT_NE(summary(out), rows);
  const Ran other = ae_fashion(
      join({"--data", small_data(), "--out", out, "--resume", "--learning-rate", "0.1", "--quiet"},
           {"--seed", "7", "--seeds", "3", "--epochs", "3"}));
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.err, HasSubstr("learning rate"));
}

}  // namespace
}  // namespace gradus::test
