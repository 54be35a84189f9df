// The atlas: ten trainings and their matrix.
#include "tests/apps/programs.h"

namespace gradus::test {
namespace {

using ::testing::HasSubstr;

// Small images of which some are not what their labels say, so that no class is
// told from all others without a mistake.
void write_confusing(const fs::path& folder) {
  write_fashion_like(folder, {.train = 300, .test = 100, .rows = 10, .columns = 4});
  for (const auto& [set, count] : {std::pair("train", 300u), {"t10k", 100u}}) {
    std::string labels;
    for (uint32_t i = 0; i < count; ++i) {
      labels += static_cast<char>(i % 7 == 0 ? (i + i / 10) % 10 : i % 10);
    }
    write(folder / (std::string(set) + "-labels-idx1-ubyte.gz"), gzip(idx({count}, labels)));
  }
}

// The share of pairs in which the abnormal image has the larger error.
double roc_auc(const fs::path& run, const std::string& normal, const std::string& abnormal) {
  double pairs = 0, right = 0;
  const Csv scores(run / "scores.csv");
  for (const auto& n : scores.rows) {
    for (const auto& a : scores.rows) {
      if (n[1] != normal || a[1] != abnormal) continue;
      ++pairs;
      right += std::stod(a[2]) > std::stod(n[2]) ? 1 : a[2] == n[2] ? 0.5 : 0;
    }
  }
  return right / pairs;
}

TEST(FashionAtlas, IsTheSameAfterAKillAndItsMatrixFollowsFromTheScores) {
  const TempDir folder;
  write_confusing(folder / "data");
  const auto arguments = [&](const char* out) {
    return Arguments{"--data", folder / "data", "--out", folder / out, "--epochs", "1"};
  };
  const fs::path atlas = folder / "whole";
  ASSERT_EQ(run_study("fashion_atlas", join(arguments("whole"), {"--quiet"})).status, 0);
  const Ran killed = run_study(
      "fashion_atlas", arguments("parts"),
      {.kill_when = [](std::string_view err) { return err.find("1/10 runs") != err.npos; }});
  EXPECT_EQ(killed.status, 128 + SIGKILL);
  EXPECT_FALSE(fs::exists(folder / "parts" / "metrics.json"));
  EXPECT_FALSE(fs::exists(folder / "parts" / "class_9" / "metrics.json"));
  const Ran resumed = run_study("fashion_atlas", join(arguments("parts"), {"--resume"}));
  ASSERT_EQ(resumed.status, 0) << resumed.err;

  EXPECT_EQ(files_in(atlas), (std::vector<std::string>{"contents.txt", "matrix.csv", "matrix.png",
                                                       "metrics.json", "report.html"}));
  expect_whole_pictures(atlas);
  expect_stands_alone(atlas / "report.html");
  for (const char* file : {"matrix.csv", "matrix.png"}) {
    EXPECT_TRUE(read_file(atlas / file) == read_file(folder / "parts" / file)) << file;
  }
  EXPECT_EQ(lasting_metrics(atlas), lasting_metrics(folder / "parts"));

  const Csv matrix(atlas / "matrix.csv");
  ASSERT_EQ(matrix.rows.size(), 10u);
  const Json json = metrics(atlas);
  double sum = 0, least = 1;
  for (std::size_t n = 0; n < 10; ++n) {
    const std::string run = "class_" + std::to_string(n);
    expect_same_run(atlas / run, folder / "parts" / run);
    std::vector<std::string> row = matrix.rows[n];
    row.resize(11);  // what is blank at the end of a line is not there
    for (std::size_t a = 0; a < 10; ++a) {
      const Json& value = json["roc_auc"][n][a];
      EXPECT_EQ(row[a + 1].empty(), n == a);
      EXPECT_EQ(value.is_null(), n == a);
      if (n == a) continue;
      EXPECT_EQ(std::stod(row[a + 1]), value);
      sum += value.get<double>();
      least = std::min(least, value.get<double>());
    }
  }
  // About one normal image in ten: who calls all abnormal has a high accuracy.
  const std::string page = read_file(atlas / "class_0/report.html");
  EXPECT_LT(page.find("<dt>ROC-AUC</dt>"), page.find("<dt>Accuracy</dt>"));
  EXPECT_NE(page.find("calling all abnormal gives "), page.npos);
  EXPECT_NE(page.find("\u00a0% are normal, are classified correctly"), page.npos);
  EXPECT_LT(least, 1) << "every pair is told apart: no test of the figures";
  EXPECT_NEAR(json["mean_roc_auc"], sum / 90, 1e-12);
  for (const auto& [n, a] : {std::pair(3u, 8u), {9u, 0u}}) {
    EXPECT_NEAR(
        json["roc_auc"][n][a],
        roc_auc(atlas / ("class_" + std::to_string(n)), std::to_string(n), std::to_string(a)),
        1e-12);
  }
}

TEST(FashionAtlas, GoesOnOnlyAsItBegan) {
  const TempDir folder;
  const auto refused = [&](const std::string& program, const Arguments& arguments,
                           const std::string& about) {
    expect_one_complaint(program,
                         run_study(program, join({"--data", small_data(), "--resume"}, arguments)),
                         1, about);
  };
  const fs::path atlas = folder / "atlas";
  train_study("fashion_atlas", atlas, {"--epochs", "1"});
  const std::string before = lasting_metrics(atlas);
  fs::remove_all(atlas / "class_3");
  const Arguments same = {"--out", atlas, "--epochs", "1"};
  refused("fashion_atlas", join(same, {"--model", "vae"}), "model ae, now it is vae");
  refused("fashion_atlas", join(same, {"--batch-size", "7"}), "batch size 128, now it is 7");
  refused("ae_fashion", same, "holds a run of fashion_atlas, not a run of ae_fashion");
  refused("ae_fashion", {"--out", atlas / "class_4"}, "holds a training of fashion_atlas");
  EXPECT_FALSE(fs::exists(atlas / "class_3"));
  EXPECT_EQ(lasting_metrics(atlas), before);

  for (const auto& [scores, about] :
       {std::pair("0,-1,0.5,1\n", "line 1: got the label -1, expected 0 to 9"),
        {"0,10,0.5,1\n", "line 1: got the label 10, expected 0 to 9"},
        {"0,1\n", "got 2 columns, expected 4"}}) {
    fs::remove(atlas / "metrics.json");
    write_file(atlas / "class_4/scores.csv", scores);
    refused("fashion_atlas", join(same, {"--quiet"}), about);
  }

  train_study("ae_fashion", folder / "run", {"--epochs", "1"});
  refused("fashion_atlas", {"--out", folder / "run"}, "holds a run of ae_fashion");
}

TEST(FashionAtlas, TouchesNoFolderWhereAClassIsMissing) {
  const TempDir folder;
  write_fashion_like(folder / "data", {.train = 100, .test = 50, .rows = 2, .columns = 2});
  write(folder / "data/t10k-labels-idx1-ubyte", idx({50}, std::string(50, '\5')));
  expect_one_complaint(
      "fashion_atlas",
      run_study("fashion_atlas", {"--data", folder / "data", "--out", folder / "run", "--quiet"}),
      1, "the normal test set has no image of class 0");
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST(FashionAtlas, RefusesTheKlTermWithoutAVariationalModel) {
  const TempDir folder;
  for (const Arguments& model : {Arguments{}, {"--model", "ae"}}) {
    expect_one_complaint(
        "fashion_atlas",
        run_study("fashion_atlas", join({"--kl"}, model), {.folder = folder.path()}), 2,
        "--kl: got it with --model ae, expected --model vae");
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(FashionAtlas, RefusesAnUnknownModel) {
  expect_one_complaint("fashion_atlas", run_study("fashion_atlas", {"--model", "gan"}), 2,
                       "--model: got gan, expected ae or vae");
}

TEST(FashionAtlas, ThatBreaksDownShowsWhichTrainingsDid) {
  const TempDir folder;
  write_confusing(folder / "data");
  const Ran ran =
      run_study("fashion_atlas", {"--data", folder / "data", "--out", folder / "run", "--epochs",
                                  "1", "--learning-rate", "1e30", "--quiet"});
  expect_one_complaint("fashion_atlas", ran, 1, "10 of 10 runs failed; T-shirt/top: ");
  EXPECT_THAT(read_file(folder / "run/report.html"), HasSubstr("10 of 10 runs broke down"));
  expect_stands_alone(folder / "run/report.html");
  EXPECT_FALSE(fs::exists(folder / "run/metrics.json"));
}

}  // namespace
}  // namespace gradus::test
