// What a run of each study leaves behind: every file, and that they agree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

#include "tests/apps/programs.h"

namespace gradus::test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

// A study, the files of a run of it and the keys of its metrics.json that not all have.
struct Study {
  std::string name;
  std::vector<std::string> files, keys;
};

void PrintTo(const Study& study, std::ostream* out) { *out << study.name; }
std::string name_of(const ::testing::TestParamInfo<Study>& study) { return study.param.name; }

std::vector<std::string> means(const std::vector<std::string>& sets) {
  std::vector<std::string> keys;
  for (const std::string& set : sets) {
    keys.insert(keys.end(), {"sizes." + set + ": integer", "mae." + set + ".mean: float",
                             "mae." + set + ".std: float"});
  }
  return keys;
}

std::vector<std::string> results(const std::vector<std::string>& names) {
  std::vector<std::string> keys;
  for (const std::string& name : names) {
    for (const std::string key : {"threshold", "accuracy", "precision", "recall"}) {
      keys.push_back("results." + name + "." + key + ": float");
    }
    keys.push_back("results." + name + ".confusion: array");
  }
  return keys;
}

const std::vector<Study>& studies() {
  static const std::vector<Study> all = {
      {"ae_basic",
       {"reconstructions.png", "scores.csv"},
       {"sizes.train: integer", "sizes.test: integer", "mae.test.mean: float",
        "mae.test.std: float"}},
      {"ae_digits",
       {"anomalies.png", "anomalies_by_class.png", "anomalies_reconstructed.png", "boxes.png",
        "classes.png", "density.png", "digits.png", "flipped.png", "hist_test.csv",
        "hist_train.csv", "reconstructions.png", "scores.csv", "thresholds.csv"},
       join(means({"train", "test"}),
            {"threshold: float", "anomalies.indices: array", "anomalies.labels: array",
             "flipped.mae: array", "flipped.mean: float", "flipped.anomalies: integer"})},
      {"ae_ecg",
       {"ecg_abnormal.png", "ecg_error_test_abnormal.png", "ecg_error_test_normal.png",
        "ecg_normal.png", "hist_test_abnormal.csv", "hist_test_abnormal.png",
        "hist_train_normal.csv", "hist_train_normal.png", "scores.csv", "sweep.csv", "sweep.png",
        "thresholds.csv"},
       join(join(means({"train_normal", "train_abnormal", "test_normal", "test_abnormal"}),
                 results({"train", "test"})),
            {"thresholds.mean_plus_std: float", "roc_auc: float", "average_precision: float"})},
      {"vae_fashion",
       {"best_test_abnormal.png",
        "best_test_normal.png",
        "codings.csv",
        "codings_interpolation.png",
        "codings_kl.csv",
        "codings_kl.png",
        "codings_random.png",
        "codings_space.png",
        "grid_test.png",
        "grid_test_abnormal.png",
        "grid_test_normal.png",
        "grid_train_normal.png",
        "grid_valid.png",
        "grid_valid_abnormal.png",
        "grid_valid_normal.png",
        "hist_test.csv",
        "hist_test.png",
        "hist_train_normal.csv",
        "hist_train_normal.png",
        "hist_valid.csv",
        "hist_valid.png",
        "hist_valid_abnormal.csv",
        "hist_valid_abnormal.png",
        "hist_valid_normal.csv",
        "hist_valid_normal.png",
        "pixels_test_abnormal.png",
        "pixels_test_normal.png",
        "scores.csv",
        "sweep.csv",
        "sweep.png",
        "thresholds.csv",
        "worst_test_abnormal.png",
        "worst_test_normal.png"},
       join(join(means({"train_normal", "valid_normal", "valid_abnormal", "test_normal",
                        "test_abnormal"}),
                 results({"best_validation", "midpoint", "mean_plus_2_5_std"})),
            {"thresholds.mean_plus_2_5_std: float", "thresholds.abnormal_mean_minus_std: float",
             "thresholds.normal_mean_plus_std: float", "thresholds.midpoint: float",
             "thresholds.best_validation: float", "roc_auc: float", "average_precision: float"})}};
  return all;
}

class StudyRun : public ::testing::TestWithParam<Study> {};
INSTANTIATE_TEST_SUITE_P(, StudyRun, ::testing::ValuesIn(studies()), name_of);

TEST_P(StudyRun, LeavesWhatItShould) {
  const Study& study = GetParam();
  const TempDir folder;
  const fs::path run = folder / "run";
  train_study(study.name, run, {"--epochs", "3"});

  std::vector<std::string> files = join(
      study.files, {"best.safetensors", "checkpoint.safetensors", "contents.txt", "history.csv",
                    "loss.png", "metrics.json", "model.safetensors", "report.html"});
  std::ranges::sort(files);
  EXPECT_EQ(files_in(run), files);
  expect_whole_pictures(run);
  expect_stands_alone(run / "report.html");

  const Json json = metrics(run);
  std::vector<std::string> keys;
  describe(json, "", keys);
  EXPECT_THAT(
      keys, ::testing::UnorderedElementsAreArray(join(
                study.keys, {"study: string", "seed: integer", "data.name: string",
                             "data.checksum: string", "parameters: integer", "epochs: integer",
                             "final.loss: float", "final.val_loss: float", "best.epoch: integer",
                             "best.val_loss: float", "seconds.load: float", "seconds.train: float",
                             "seconds.evaluate: float", "seconds.report: float"})));
  EXPECT_EQ(json["study"], study.name);
  EXPECT_EQ(json["seed"], 42);
  EXPECT_EQ(json["epochs"], 3);
  EXPECT_THAT(json["data"]["name"].get<std::string>(), HasSubstr("custom"));

  const Csv history(run / "history.csv");
  EXPECT_EQ(history.header, "epoch,loss,val_loss,seconds");
  EXPECT_EQ(history.column(0), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(history.column(1).back(), json["final"]["loss"]);
  EXPECT_EQ(history.column(2).back(), json["final"]["val_loss"]);
  EXPECT_EQ(std::ranges::min(history.column(2)), json["best"]["val_loss"]);
  EXPECT_LT(history.column(1).back(), history.column(1).front()) << "nothing was learned";
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(DigitsRun, ThresholdIsThe99thPercentileOfTheTestErrors) {
  const TempDir folder;
  train_study("ae_digits", folder.path(), {"--epochs", "3"});
  const Json json = metrics(folder.path());
  const Csv scores(folder / "scores.csv");
  EXPECT_EQ(scores.header, "index,label,mae,predicted_normal");
  ASSERT_EQ(scores.rows.size(), 100u);
  const std::vector<double> mae = scores.column(2);
  std::vector<double> sorted = mae;
  std::ranges::sort(sorted);
  EXPECT_NEAR(json["threshold"], sorted[98] + 0.01 * (sorted[99] - sorted[98]), 1e-12);
  EXPECT_NEAR(json["mae"]["test"]["mean"], mean_of(mae), 1e-12);
  Json indices = Json::array(), labels = Json::array();
  for (std::size_t i = 0; i < mae.size(); ++i) {
    const int index = std::stoi(scores.rows[i][0]), label = std::stoi(scores.rows[i][1]);
    EXPECT_EQ(index % 10, label) << "the labels are 0 to 9 in turn";
    EXPECT_EQ(scores.rows[i][3] == "0", mae[i] > json["threshold"].get<double>());
    if (scores.rows[i][3] == "1") continue;
    indices.push_back(index);
    labels.push_back(label);
  }
  EXPECT_EQ(json["anomalies"]["indices"], indices);
  EXPECT_EQ(json["anomalies"]["labels"], labels);
  EXPECT_EQ(indices.size(), 1u);

  const auto flipped = json["flipped"]["mae"].get<std::vector<double>>();
  EXPECT_EQ(flipped.size(), 10u);
  EXPECT_NEAR(json["flipped"]["mean"], mean_of(flipped), 1e-12);
  EXPECT_EQ(json["flipped"]["anomalies"], std::ranges::count_if(flipped, [&](double x) {
              return x > json["threshold"].get<double>();
            }));
  EXPECT_EQ(mean_of(Csv(folder / "hist_test.csv").column(2)), 1) << "100 images in 100 bins";
}

TEST(DigitsRun, NeedsNoData) {
  const TempDir folder;
  const Ran ran = run_study("ae_digits", {"--epochs", "1", "--quiet"}, {.folder = folder.path()});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const Json json = metrics(folder / "ae_digits");
  EXPECT_EQ(json["data"]["name"], "digits");
  EXPECT_EQ(json["sizes"], (Json{{"train", 898}, {"test", 899}}));
}

TEST(EcgRun, FiguresFollowFromTheScores) {
  const TempDir folder;
  train_study("ae_ecg", folder.path(), {"--epochs", "10", "--batch-size", "8"});
  const Json json = metrics(folder.path());
  const Json& normal = json["mae"]["train_normal"];
  const double threshold = normal["mean"].get<double>() + normal["std"].get<double>();
  EXPECT_DOUBLE_EQ(json["thresholds"]["mean_plus_std"], threshold);
  EXPECT_EQ(Csv(folder / "thresholds.csv").rows[0][0], "mean_plus_std");

  const Csv scores(folder / "scores.csv");
  ASSERT_EQ(scores.rows.size(), 24u) << "a fifth of 120";
  std::array<std::array<int, 2>, 2> counts{};
  std::array<std::vector<double>, 2> mae;
  for (const auto& row : scores.rows) {
    const auto label = static_cast<std::size_t>(std::stoi(row[1]));
    EXPECT_EQ(label, static_cast<std::size_t>(std::stoi(row[0]) % 2)) << "in turn";
    EXPECT_EQ(row[3] == "1", std::stod(row[2]) < threshold);
    ++counts[label][row[3] == "1"];
    mae[label].push_back(std::stod(row[2]));
  }
  const Json& test = json["results"]["test"];
  EXPECT_EQ(test["threshold"], json["results"]["train"]["threshold"]);
  EXPECT_EQ(test["confusion"], Json(counts));
  EXPECT_DOUBLE_EQ(test["accuracy"], (counts[0][0] + counts[1][1]) / 24.0);
  EXPECT_NEAR(json["mae"]["test_abnormal"]["mean"], mean_of(mae[0]), 1e-12);
  EXPECT_NEAR(json["mae"]["test_normal"]["mean"], mean_of(mae[1]), 1e-12);
  EXPECT_EQ(json["sizes"]["test_normal"], mae[1].size());

  for (const auto& [name, size] : std::map<std::string, std::size_t>{
           {"train_normal", json["sizes"]["train_normal"]}, {"test_abnormal", mae[0].size()}}) {
    const Csv histogram(folder / ("hist_" + name + ".csv"));
    EXPECT_EQ(histogram.rows.size(), 50u);
    EXPECT_DOUBLE_EQ(mean_of(histogram.column(2)) * 50, static_cast<double>(size)) << name;
  }
}

TEST(EcgRun, GivesTheSizesOfTheRealBeats) {
  const char* const data = std::getenv("GRADUS_TEST_DATA");
  if (data == nullptr || !fs::exists(fs::path(data) / "ecg5000.csv.gz")) {
    GTEST_SKIP() << "GRADUS_TEST_DATA names no folder with ecg5000.csv.gz";
  }
  const TempDir folder;
  train_study("ae_ecg", folder.path(), {"--epochs", "1", "--data", data});
  const Json json = metrics(folder.path());
  EXPECT_EQ(json["data"]["name"], "ECG5000");
  EXPECT_EQ(json["sizes"]["train_normal"], 2359);
  EXPECT_EQ(json["sizes"]["test_normal"], 560);
  EXPECT_EQ(json["sizes"]["test_abnormal"], 440);
}

TEST(VaeRun, WritesItsCodings) {
  const TempDir folder;
  train_study("vae_fashion", folder / "plain", {"--epochs", "2"});
  train_study("vae_fashion", folder / "kl", {"--epochs", "2", "--kl"});
  for (const char* name : {"plain", "kl"}) {
    const Csv kl(folder / name / "codings_kl.csv"), places(folder / name / "codings.csv");
    EXPECT_EQ(kl.header, "coding,kl");
    EXPECT_EQ(kl.rows.size(), 16u);
    EXPECT_THAT(kl.column(1), Each(::testing::Ge(0)));
    EXPECT_EQ(places.header, "index,label,x,y");
    EXPECT_EQ(places.column(0), Csv(folder / name / "scores.csv").column(0));
  }
  EXPECT_GT(metrics(folder / "kl")["final"]["loss"], metrics(folder / "plain")["final"]["loss"]);
}

TEST(BasicRun, ScoresLeadToTheMeanError) {
  const TempDir folder;
  train_study("ae_basic", folder.path(), {"--epochs", "1"});
  const Csv scores(folder / "scores.csv");
  EXPECT_EQ(scores.header, "index,label,mae");
  EXPECT_EQ(scores.rows.size(), 100u);
  EXPECT_NEAR(metrics(folder.path())["mae"]["test"]["mean"], mean_of(scores.column(2)), 1e-12);
}

}  // namespace
}  // namespace gradus::test
