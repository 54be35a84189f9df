// What a run of ae_fashion leaves behind: every file, and that they agree.
#include "tests/apps/ae_fashion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "apps/study/fashion/evaluation.h"
#include "nn/nn.h"
#include "tensor/safetensors.h"

namespace gradus::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kEpochs = 3;
const fs::path kRealData = "/usr/share/datasets/fashion-mnist";

bool is_normal(int label) { return label == 5 || label == 7 || label == 9; }

// One run that all tests of a process look at.
const fs::path& finished_run() {
  static const TempDir folder;
  static const bool trained = [] {
    train_into(folder / "run", {"--epochs", std::to_string(kEpochs)});
    return true;
  }();
  (void)trained;
  static const fs::path run = folder / "run";
  return run;
}

TEST(AeFashionRun, WritesTheseFilesAndNoOthers) {
  EXPECT_THAT(
      files_in(finished_run()),
      ElementsAre("best.safetensors", "best_test_abnormal.png", "best_test_normal.png",
                  "checkpoint.safetensors", "contents.txt", "grid_test.png",
                  "grid_test_abnormal.png", "grid_test_normal.png", "grid_train_normal.png",
                  "grid_valid.png", "grid_valid_abnormal.png", "grid_valid_normal.png",
                  "hist_test.csv", "hist_test.png", "hist_train_normal.csv",
                  "hist_train_normal.png", "hist_valid.csv", "hist_valid.png",
                  "hist_valid_abnormal.csv", "hist_valid_abnormal.png", "hist_valid_normal.csv",
                  "hist_valid_normal.png", "history.csv", "loss.png", "metrics.json",
                  "model.safetensors", "pixels_test_abnormal.png", "pixels_test_normal.png",
                  "report.html", "scores.csv", "sweep.csv", "sweep.png", "thresholds.csv",
                  "worst_test_abnormal.png", "worst_test_normal.png"));
  for (const auto& entry : fs::recursive_directory_iterator(finished_run())) {
    EXPECT_THAT(entry.path().string(), Not(HasSubstr(".partial")));
  }
}

TEST(AeFashionRun, PicturesAreWhole) {
  Json sizes = metrics(finished_run())["sizes"];
  sizes["valid"] = sizes["valid_normal"].get<int>() + sizes["valid_abnormal"].get<int>();
  sizes["test"] = 40;
  expect_whole_pictures(finished_run());
  constexpr int kScale = 4;  // at which images of 12 x 12 are drawn
  for (const std::string& name : files_in(finished_run())) {
    if (!name.starts_with("grid_")) continue;
    const std::string png = read_file(finished_run() / name);
    const auto number = [&](std::size_t at) {
      return static_cast<uint8_t>(png[at + 2]) << 8 | static_cast<uint8_t>(png[at + 3]);
    };
    const std::string set = name.substr(5, name.size() - 9);
    const int images = std::min(30, sizes[set].get<int>());
    EXPECT_EQ(number(16), (kScale * 12 + 4) * images + 4) << name;
    EXPECT_EQ(number(20), (kScale * 12 + 4) * 2 + 4) << name;
  }
}

TEST(AeFashionRun, MetricsHaveTheKeysThatScriptsRead) {
  std::vector<std::string> expected = {
      "study: string",         "seed: integer",         "data.name: string",
      "data.checksum: string", "parameters: integer",   "epochs: integer",
      "final.loss: float",     "final.val_loss: float", "best.epoch: integer",
      "best.val_loss: float",  "roc_auc: float",        "average_precision: float"};
  for (const std::string set :
       {"train_normal", "valid_normal", "valid_abnormal", "test_normal", "test_abnormal"}) {
    expected.push_back("sizes." + set + ": integer");
    expected.push_back("mae." + set + ".mean: float");
    expected.push_back("mae." + set + ".std: float");
  }
  for (const std::string name : {"mean_plus_2_5_std", "abnormal_mean_minus_std",
                                 "normal_mean_plus_std", "midpoint", "best_validation"}) {
    expected.push_back("thresholds." + name + ": float");
  }
  for (const std::string name : {"best_validation", "midpoint", "mean_plus_2_5_std"}) {
    for (const std::string key : {"threshold", "accuracy", "precision", "recall"}) {
      expected.push_back("results." + name + "." + key + ": float");
    }
    expected.push_back("results." + name + ".confusion: array");
  }
  for (const std::string part : {"load", "train", "evaluate", "report"}) {
    expected.push_back("seconds." + part + ": float");
  }
  std::vector<std::string> lines;
  describe(metrics(finished_run()), "", lines);
  EXPECT_THAT(lines, ::testing::UnorderedElementsAreArray(expected));

  const Json json = metrics(finished_run());
  EXPECT_EQ(json["study"], "ae_fashion");
  EXPECT_EQ(json["seed"], 42);
  EXPECT_EQ(json["epochs"], kEpochs);
  EXPECT_EQ(json["data"]["name"], "custom images");
  EXPECT_THAT(json["data"]["checksum"].get<std::string>(), ContainsRegex("^sha256:[0-9a-f]{64}$"));
  EXPECT_EQ(json["sizes"]["train_normal"].get<int>() + json["sizes"]["valid_normal"].get<int>(),
            120);
  EXPECT_EQ(json["sizes"]["test_normal"], 30);
  EXPECT_EQ(json["sizes"]["test_abnormal"], 10);
}

TEST(AeFashionRun, HistoryLeadsToTheMetrics) {
  const Csv history(finished_run() / "history.csv");
  const Json json = metrics(finished_run());
  EXPECT_EQ(history.header, "epoch,loss,val_loss,seconds");
  EXPECT_THAT(history.column(0), ElementsAre(1, 2, 3));
  EXPECT_EQ(history.column(1).back(), json["final"]["loss"]);
  const std::vector<double> val_loss = history.column(2);
  EXPECT_EQ(val_loss.back(), json["final"]["val_loss"]);
  const auto best = std::ranges::min_element(val_loss);
  EXPECT_EQ(best - val_loss.begin() + 1, json["best"]["epoch"]);
  EXPECT_EQ(*best, json["best"]["val_loss"]);
  EXPECT_THAT(history.column(3), Each(::testing::Ge(0)));
  EXPECT_LT(history.column(1).back(), history.column(1).front()) << "nothing was learned";
}

TEST(AeFashionRun, ThresholdsFollowFromTheErrors) {
  const Json json = metrics(finished_run());
  const Json &mae = json["mae"], &t = json["thresholds"];
  const auto figure = [&](const char* set, const char* which) {
    return mae[set][which].get<double>();
  };
  const double two = figure("valid_abnormal", "mean") - figure("valid_abnormal", "std");
  const double three = figure("valid_normal", "mean") + figure("valid_normal", "std");
  EXPECT_DOUBLE_EQ(t["mean_plus_2_5_std"],
                   figure("train_normal", "mean") + 2.5 * figure("train_normal", "std"));
  EXPECT_DOUBLE_EQ(t["abnormal_mean_minus_std"], two);
  EXPECT_DOUBLE_EQ(t["normal_mean_plus_std"], three);
  EXPECT_DOUBLE_EQ(t["midpoint"], (two + three) / 2);

  const Csv sweep(finished_run() / "sweep.csv");
  EXPECT_EQ(sweep.header, "threshold,validation_accuracy");
  ASSERT_EQ(sweep.rows.size(), 100u);
  const std::vector<double> at = sweep.column(0), accuracy = sweep.column(1);
  const double begin = figure("valid_normal", "mean");
  const double step = (figure("valid_abnormal", "mean") - begin) / 100;
  for (int i = 0; i < 100; ++i) {
    EXPECT_DOUBLE_EQ(at[static_cast<std::size_t>(i)], begin + i * step);
  }
  const auto best = std::ranges::max_element(accuracy) - accuracy.begin();
  EXPECT_EQ(at[static_cast<std::size_t>(best)], t["best_validation"]);

  const Csv thresholds(finished_run() / "thresholds.csv");
  EXPECT_EQ(thresholds.header, "name,threshold");
  std::vector<std::string> names;
  for (const auto& row : thresholds.rows) {
    names.push_back(row[0]);
    EXPECT_EQ(std::stod(row[1]), t[row[0]]);
  }
  EXPECT_THAT(names, ElementsAre("mean_plus_2_5_std", "abnormal_mean_minus_std",
                                 "normal_mean_plus_std", "midpoint", "best_validation"));
}

TEST(AeFashionRun, ResultsFollowFromTheScores) {
  const Csv scores(finished_run() / "scores.csv");
  const Json json = metrics(finished_run());
  EXPECT_EQ(scores.header, "index,label,mae,predicted_normal");
  ASSERT_EQ(scores.rows.size(), 40u);
  const std::vector<double> index = scores.column(0), label = scores.column(1),
                            mae = scores.column(2), predicted = scores.column(3);
  EXPECT_TRUE(std::ranges::is_sorted(index));
  std::vector<double> normal, abnormal;
  for (std::size_t i = 0; i < index.size(); ++i) {
    EXPECT_EQ(static_cast<int>(index[i]) % 10, label[i]) << "the labels are 0 to 9 in turn";
    (is_normal(static_cast<int>(label[i])) ? normal : abnormal).push_back(mae[i]);
    EXPECT_EQ(predicted[i], mae[i] < json["thresholds"]["best_validation"].get<double>());
  }

  const auto check = [](const std::vector<double>& values, const Json& figures) {
    const auto n = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    EXPECT_NEAR(figures["mean"], mean, 1e-12);
    EXPECT_NEAR(figures["std"], std::sqrt(squares / n), 1e-12);
  };
  check(normal, json["mae"]["test_normal"]);
  check(abnormal, json["mae"]["test_abnormal"]);

  for (const auto& [name, result] : json["results"].items()) {
    const double threshold = result["threshold"];
    EXPECT_EQ(threshold, json["thresholds"][name]);
    const auto below = [=](double value) { return value < threshold; };
    const auto kept = std::ranges::count_if(normal, below);
    const auto missed = std::ranges::count_if(abnormal, below);
    EXPECT_EQ(result["confusion"], Json::array({{10 - missed, missed}, {30 - kept, kept}}));
    EXPECT_DOUBLE_EQ(result["accuracy"], static_cast<double>(kept + 10 - missed) / 40) << name;
    EXPECT_DOUBLE_EQ(result["recall"], static_cast<double>(kept) / 30) << name;
    const double precision =
        kept == 0 ? 0 : static_cast<double>(kept) / static_cast<double>(kept + missed);
    EXPECT_DOUBLE_EQ(result["precision"], precision) << name;
  }

  // Abnormal ranked by error: pairs in the right order, and the precision at each abnormal image.
  double pairs = 0, precisions = 0;
  for (const double a : abnormal) {
    for (const double n : normal) pairs += a > n ? 1 : a == n ? 0.5 : 0;
    const auto as_high = [=](double value) { return value >= a; };
    const auto hits = static_cast<double>(std::ranges::count_if(abnormal, as_high));
    precisions += hits / (hits + static_cast<double>(std::ranges::count_if(normal, as_high)));
  }
  EXPECT_DOUBLE_EQ(json["roc_auc"], pairs / 300);
  EXPECT_NEAR(json["average_precision"], precisions / 10, 1e-12);
}

TEST(AeFashionRun, HistogramsCountEveryImage) {
  const Json sizes = metrics(finished_run())["sizes"];
  const int valid = sizes["valid_normal"].get<int>() + sizes["valid_abnormal"].get<int>();
  const std::map<std::string, int> expected = {{"train_normal", sizes["train_normal"]},
                                               {"valid_normal", sizes["valid_normal"]},
                                               {"valid_abnormal", sizes["valid_abnormal"]},
                                               {"valid", valid},
                                               {"test", 40}};
  for (const auto& [name, size] : expected) {
    const Csv histogram(finished_run() / ("hist_" + name + ".csv"));
    EXPECT_EQ(histogram.header, "left_edge,right_edge,count");
    ASSERT_EQ(histogram.rows.size(), 100u) << name;
    const std::vector<double> left = histogram.column(0), right = histogram.column(1),
                              count = histogram.column(2);
    EXPECT_EQ(std::accumulate(count.begin(), count.end(), 0.0), size) << name;
    for (std::size_t i = 0; i < 100; ++i) {
      EXPECT_LT(left[i], right[i]);
      EXPECT_EQ(right[i], i < 99 ? left[i + 1] : right.back());
    }
    if (name != "test") continue;
    const std::vector<double> mae = Csv(finished_run() / "scores.csv").column(2);
    EXPECT_EQ(left.front(), std::ranges::min(mae));
    EXPECT_EQ(right.back(), std::ranges::max(mae));
    for (std::size_t i = 0; i < 99; ++i) {
      EXPECT_EQ(count[i],
                std::ranges::count_if(mae, [&](double x) { return x >= left[i] && x < right[i]; }));
    }
  }
}

// The model of the study, for images of 12 x 12.
struct Autoencoder : nn::Layer {
  Generator random{1};
  nn::Sequential encoder{nn::Flatten(), nn::Dense(144, 256, Activation::selu, random),
                         nn::Dense(256, 128, Activation::selu, random),
                         nn::Dense(128, 64, Activation::selu, random),
                         nn::Dense(64, 16, Activation::selu, random)};
  nn::Sequential decoder{
      nn::Dense(16, 64, Activation::selu, random), nn::Dense(64, 128, Activation::selu, random),
      nn::Dense(128, 256, Activation::selu, random),
      nn::Dense(256, 144, Activation::sigmoid, random), nn::Reshape(Shape{12, 12})};

  void reflect(nn::Reflector& r) override {
    r("encoder", encoder);
    r("decoder", decoder);
  }
  Variable forward(const Variable& x) override { return decoder(encoder(x)); }
};

TEST(AeFashionRun, FiguresAreThoseOfTheSavedWeights) {
  const Json json = metrics(finished_run());
  for (const char* name : {"model.safetensors", "best.safetensors"}) {
    const TensorFile file = load_tensors(finished_run() / name);
    EXPECT_EQ(file.tensors.size(), 16u) << name;
    Index elements = 0;
    for (const NamedTensor& t : file.tensors) elements += t.value.numel();
    EXPECT_EQ(elements, json["parameters"]) << name;
  }
  Autoencoder model;
  nn::load_weights(model, finished_run() / "best.safetensors");
  nn::load_weights(model, finished_run() / "model.safetensors");
  const auto sets =
      study::fashion_sets(study::load_fashion_mnist(small_data()), {5, 7, 9}, {4}, 42);
  const NoGrad no_grad;
  const study::Evaluation e =
      study::evaluate(sets, [&](const Tensor& images) { return model(Variable(images)).value(); });
  const std::map<std::string, std::vector<double>> mae = {{"train_normal", e.train_normal},
                                                          {"valid_normal", e.valid_normal},
                                                          {"valid_abnormal", e.valid_abnormal},
                                                          {"test_normal", e.test_normal},
                                                          {"test_abnormal", e.test_abnormal}};
  for (const auto& [name, values] : mae) {
    EXPECT_EQ(json["sizes"][name], values.size()) << name;
    EXPECT_NEAR(json["mae"][name]["mean"], study::mean_std(values).mean, 1e-6) << name;
  }
  const std::vector<double> scores = Csv(finished_run() / "scores.csv").column(2);
  EXPECT_THAT(e.test, ::testing::Pointwise(::testing::DoubleNear(1e-6), scores));
}

TEST(AeFashionRun, KeepsTheBestWeightsBesideTheLast) {
  const TempDir folder;
  const Arguments steep = {"--learning-rate", "0.03", "--epochs"};  // the first epoch is the best
  train_into(folder / "one", join(steep, {"1"}));
  train_into(folder / "three", join(steep, {"3"}));
  EXPECT_EQ(metrics(folder / "three")["best"]["epoch"], 1);
  // Not the files as they are: that of the last weights has the threshold, too.
  const auto weights = [&](const fs::path& file) {
    std::map<std::string, std::vector<Scalar>> all;
    for (const NamedTensor& t : load_tensors(folder / file).tensors) {
      all[t.name] = {t.value.data().begin(), t.value.data().end()};
    }
    return all;
  };
  EXPECT_TRUE(weights("three/best.safetensors") == weights("one/model.safetensors"));
  EXPECT_FALSE(weights("three/model.safetensors") == weights("one/model.safetensors"));
  EXPECT_FALSE(read_file(folder / "three/scores.csv") == read_file(folder / "one/scores.csv"))
      << "not of the last weights";
}

TEST(AeFashionRun, ReportStandsAlone) {
  expect_stands_alone(finished_run() / "report.html");
  const std::string page = read_file(finished_run() / "report.html");
  for (const char* section :
       {"Results on the test set", "Images and their reconstructions", "Best and worst", "Training",
        "Reconstruction errors", "Thresholds", "Pixel by pixel", "About this run"}) {
    EXPECT_THAT(page, HasSubstr(std::string(">") + section + "</h2>"));
  }
}

TEST(AeFashionRun, SaysWhatItDoesOneLineAnEpoch) {
  const TempDir folder;
  const Ran ran = ae_fashion(
      {"--data", small_data(), "--out", folder / "run", "--epochs", "3", "--threads", "1"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err_lines(), 3u) << ran.err;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    EXPECT_THAT(ran.err, ContainsRegex("Epoch " + std::to_string(epoch) +
                                       "/3 - .*s - loss: 0\\..* - val_loss: 0\\.[0-9]* - .* left"));
  }
  EXPECT_THAT(ran.err, Not(HasSubstr("\r")));
  EXPECT_THAT(ran.err, Not(HasSubstr("\x1b")));
  for (const char* word : {"classes 5,7,9 normal, 4 abnormal, seed 42", "best_validation",
                           "midpoint", "mean_plus_2_5_std", "ROC-AUC", "report.html"}) {
    EXPECT_THAT(ran.out, HasSubstr(word));
  }
}

TEST(AeFashionRun, OneTrainingImageAndABatchLargerThanTheData) {
  // Of the two 5 among 20 images this seed puts one into validation, beside another class.
  const TempDir folder;
  write_fashion_like(folder / "data", {.train = 20, .test = 10, .rows = 3, .columns = 2});
  train_into(folder / "run", {"--data", folder / "data", "--seed", "2", "--epochs", "1", "--normal",
                              "5", "--abnormal", "0,1,2,3,4,6,7,8,9", "--batch-size", "1000"});
  EXPECT_EQ(metrics(folder / "run")["sizes"]["train_normal"], 1);
}

TEST(AeFashionRun, GivesTheFiguresOfTheRealImages) {
  if (!fs::exists(kRealData)) GTEST_SKIP() << kRealData << " is not there";
  const TempDir folder;
  const Ran ran =
      ae_fashion({"--data", kRealData, "--out", folder / "run", "--epochs", "1", "--quiet"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const Json json = metrics(folder / "run");
  EXPECT_EQ(json["data"]["name"], "Fashion-MNIST");
  EXPECT_EQ(json["parameters"], 487072);
  const Json& sizes = json["sizes"];
  EXPECT_EQ(sizes["train_normal"].get<int>() + sizes["valid_normal"].get<int>(), 18000);
  EXPECT_NEAR(sizes["valid_normal"], 1800, 150);
  EXPECT_NEAR(sizes["valid_abnormal"], 600, 100);
  EXPECT_EQ(sizes["test_normal"], 3000);
  EXPECT_EQ(sizes["test_abnormal"], 1000);
  EXPECT_NEAR(json["final"]["loss"], 0.304, 0.01);
  EXPECT_GT(json["results"]["midpoint"]["accuracy"], 0.85);
}

}  // namespace
}  // namespace gradus::test
