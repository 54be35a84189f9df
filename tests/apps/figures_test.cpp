#include "apps/study/run/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/study/run/figure_names.h"
#include "tensor/file.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

using test::error_of;
using test::TempDir;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class Figures : public ::testing::Test {
 protected:
  std::filesystem::path run(const std::string& name, const std::string& json) {
    std::filesystem::create_directory(folder / name);
    write_file(folder / name / "metrics.json", json);
    return folder / name;
  }
  const TempDir folder;
};

TEST_F(Figures, AreTheNumbersThatMayDiffer) {
  const auto a = run("a", R"({"study": "s", "seed": 1, "epochs": 9, "parameters": 3, "roc_auc": 0.5,
    "mae": {"x": {"mean": 1, "std": 2}}, "list": [4, null, 6], "anomalies": {"indices": [1]}})");
  const auto b = run("b", R"({"study": "s", "seed": 2, "epochs": 9, "parameters": 3, "roc_auc": 0.7,
    "mae": {"x": {"mean": 3, "std": 2}}, "list": [4, null, 8], "anomalies": {"indices": [1, 2]}})");
  const std::vector<Figure> figures = figures_of({a, b});
  std::vector<std::string> names;
  for (const Figure& f : figures) names.push_back(f.name);
  EXPECT_THAT(names, ElementsAre("roc_auc", "mae.x.mean", "mae.x.std", "list.0", "list.2"));
  EXPECT_THAT(figures[1].values, ElementsAre(1, 3));
  EXPECT_DOUBLE_EQ(figures[1].mean(), 2);
  EXPECT_DOUBLE_EQ(figures[1].sample_std(), std::sqrt(2));
  EXPECT_EQ(figures[1].min(), 1);
  EXPECT_EQ(figures[1].max(), 3);
  EXPECT_EQ(figures_of({a})[0].sample_std(), 0);
  EXPECT_THAT(summary_csv(figures), HasSubstr("\nlist.2,7,1.4142135623730951,6,8,2\n"));
}

TEST_F(Figures, MustBeTheSameInEveryRun) {
  const auto a = run("a", R"({"x": 1, "y": 2})");
  EXPECT_THAT(error_of([&] {
                figures_of({a, run("b", R"({"x": 1})")});
              }),
              HasSubstr("b/metrics.json: got other figures"));
  for (const char* damaged : {"{", "", R"({"x": 1e999})", "\xff"}) {
    EXPECT_THAT(error_of([&] {
                  figures_of({a, run("c", damaged)});
                }),
                EndsWith("c/metrics.json: is not JSON, expected the figures of a run; start over "
                         "with --force"));
    std::filesystem::remove_all(folder / "c");
  }
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_THAT(error_of([&] { figures_of({run("deep", deep)}); }), HasSubstr("is nested deeper"));
  EXPECT_THAT(error_of([&] { figures_of({folder / "none"}); }), HasSubstr("none"));
}

// Of a figure alone in its study: what its group and it are called.
std::string words(const std::string& name) {
  const FigureGroup group = grouped_figures({{name, {1}}}).front();
  return group_title(group.name) + " | " + figure_label(group.name, group.labels.front());
}

TEST(FigureNames, AreForPeople) {
  EXPECT_EQ(words("final.val_loss"), "Loss of the last epoch | validation");
  EXPECT_EQ(words("best.epoch"), "Best epoch | Best epoch");
  EXPECT_EQ(words("sizes.test_abnormal"), "Samples in each set | test, abnormal");
  EXPECT_EQ(words("mae.train_normal.std"),
            "Mean absolute error (MAE), standard deviation in each set | training, normal");
  EXPECT_EQ(words("results.best_validation.accuracy"), "Accuracy | best on validation");
  EXPECT_EQ(words("results.mean_plus_2_5_std.recall"),
            "Recall, normal as positive | mean + 2.5 std of normal training");
  EXPECT_EQ(words("results.test.confusion.0.1"),
            "Truth and verdict, samples | test: abnormal as normal");
  EXPECT_EQ(words("flipped.mae.3"), "Errors (MAE) of transposed digits | image 3 of the data");
  EXPECT_EQ(words("flipped.mean"), "Errors (MAE) of transposed digits | mean");
  EXPECT_EQ(words("roc_auc"),
            "ROC-AUC, abnormal ranked by error | ROC-AUC, abnormal ranked by error");
  EXPECT_EQ(words("roc_auc.0.9"),
            "ROC-AUC, abnormal ranked by error | T-shirt/top against Ankle boot");
  EXPECT_EQ(words("new_one.of_these"), "new one | of these");
  // Of a file that no study wrote.
  EXPECT_EQ(figure_label("roc_auc", "abcdefghi.0"), "abcdefghi 0");
  EXPECT_EQ(figure_label("roc_auc", "roc_auc.x.0"), "roc auc x 0");
}

TEST(GroupedFigures, ShareMeaningAndUnit) {
  const auto groups = grouped_figures({{"final.loss", {1}},
                                       {"final.val_loss", {1}},
                                       {"best.epoch", {1}},
                                       {"best.val_loss", {1}},
                                       {"results.midpoint.accuracy", {1}},
                                       {"results.midpoint.recall", {1}},
                                       {"results.test.accuracy", {1}},
                                       {"results.test.confusion.0.1", {1}},
                                       {"flipped.mae.3", {1}},
                                       {"roc_auc", {1}}});
  std::vector<std::string> names;
  for (const FigureGroup& g : groups) names.push_back(g.name);
  EXPECT_THAT(names, ElementsAre("final", "best.epoch", "best.val_loss", "results: accuracy",
                                 "results: recall", "results: confusion", "flipped", "roc_auc"));
  EXPECT_THAT(groups[0].labels, ElementsAre("loss", "val_loss"));
  EXPECT_THAT(groups[3].labels, ElementsAre("midpoint", "test"));
  EXPECT_THAT(groups[5].labels, ElementsAre("test.confusion.0.1"));
  EXPECT_THAT(groups[6].labels, ElementsAre("mae.3"));
  EXPECT_THAT(groups[7].labels, ElementsAre("roc_auc"));
}

}  // namespace
}  // namespace gradus::study
