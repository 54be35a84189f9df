// The page of a Fashion-MNIST study.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "apps/study/fashion/fashion_charts.h"
#include "apps/study/text/text.h"

namespace gradus::study {
namespace {

constexpr Index kGridImages = 30;

// Where one kind has a larger share of the test images, accuracy says little: who
// gives all the same verdict has that share right.
constexpr double kUnbalanced = 0.8;

// The ten images of a set with the smallest or largest errors.
Tensor extremes(const ImageSet& set, const std::vector<double>& mae, bool largest) {
  std::vector<Index> order(mae.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::ranges::stable_sort(order, [&](Index a, Index b) {
    const double x = mae[static_cast<std::size_t>(a)], y = mae[static_cast<std::size_t>(b)];
    return largest ? x > y : x < y;
  });
  order.resize(std::min<std::size_t>(order.size(), 10));
  return set.images.gather_rows(order);
}

void add_head(Report& report, const FashionRun& run) {
  const Evaluation& e = run.evaluation;
  const Confusion& best = e.results.front().confusion;
  report.title = fmt::format("{} against {}", class_names(run.sets.normal_classes),
                             class_names(run.sets.abnormal_classes));
  report.subtitle = fmt::format("Anomaly detection on {} with {} that saw only normal images",
                                source_of(run.data).name, run.description);
  const bool told_apart = mean_std(e.valid_abnormal).mean > mean_std(e.valid_normal).mean;
  const std::string verdict = fmt::format(
      "What it has never seen ({}) it reconstructs {}.", class_names(run.sets.abnormal_classes),
      told_apart ? "worse, so a large error speaks for abnormal"
                 : "no worse: here the error does not tell abnormal from normal");
  const double normal_share =
      static_cast<double>(run.sets.test_normal.size()) / static_cast<double>(run.sets.test.size());
  report.lead = fmt::format(
      "The model was trained on {} images of normal clothes ({}) and nothing else. {} At the "
      "threshold that is best on the validation data, {} of {} test images, of which {:.0f}\u00a0% "
      "are normal, are classified correctly.",
      grouped(run.sets.train_normal.size()), class_names(run.sets.normal_classes), verdict,
      grouped(best.abnormal_as_abnormal + best.normal_as_normal), grouped(run.sets.test.size()),
      100 * normal_share);
  report.headline = {
      {"Accuracy", percent(best.accuracy()), "at the best validation threshold"},
      {"ROC-AUC", fmt::format("{:.4f}", e.roc_auc), "abnormal ranked by error"},
      {"Normal error", fmt::format("{:.4f}", mean_std(e.test_normal).mean), "mean MAE, test"},
      {"Abnormal error", fmt::format("{:.4f}", mean_std(e.test_abnormal).mean), "mean MAE, test"},
      {"Training", seconds_text(run.seconds.train),
       fmt::format("{} epochs", run.training.last().epoch)}};
  const double larger_share = std::max(normal_share, 1 - normal_share);
  if (larger_share > kUnbalanced) {
    std::swap(report.headline[0], report.headline[1]);
    report.headline[1].note =
        fmt::format("calling all {} gives {}", normal_share > 0.5 ? "normal" : "abnormal",
                    percent(larger_share));
  }
}

void add_results(Page& page, const FashionRun& run) {
  ConfusionMatrices matrices;
  for (const ThresholdResult& r : run.evaluation.results) {
    matrices.matrices.push_back(confusion_matrix(r.title, r.threshold, r.confusion));
  }
  page.section("Results on the test set");
  page.add(
      Paragraph{"Normal is the positive class: precision is the share of truly normal images "
                "among those predicted normal, recall the share of the normal images that "
                "were predicted normal."});
  page.add(std::move(matrices));
}

void add_images(Page& page, const FashionRun& run) {
  const FashionSets& s = run.sets;
  page.section("Images and their reconstructions");
  const auto first = [&](const char* name, const ImageSet& set, const char* caption) {
    const Tensor images = set.first(kGridImages);
    page.reconstructions(fmt::format("grid_{}", name), images, run.reconstruct(images),
                         fmt::format("The first {} images of {}, each over its reconstruction.",
                                     images.shape()[0], caption));
  };
  first("train_normal", s.train_normal, "the normal training data");
  first("valid", s.valid, "the validation data");
  first("valid_normal", s.valid_normal, "the normal validation data");
  first("valid_abnormal", s.valid_abnormal, "the abnormal validation data");
  first("test", s.test, "the test data");
  first("test_normal", s.test_normal, "the normal test data");
  first("test_abnormal", s.test_abnormal, "the abnormal test data");
}

void add_extremes(Page& page, const FashionRun& run) {
  const FashionSets& s = run.sets;
  const Evaluation& e = run.evaluation;
  page.section("Best and worst");
  const auto ten = [&](const char* name, const ImageSet& set, const std::vector<double>& mae,
                       bool largest, const char* caption) {
    const Tensor images = extremes(set, mae, largest);
    page.reconstructions(name, images, run.reconstruct(images), caption);
  };
  ten("worst_test_normal", s.test_normal, e.test_normal, true,
      "Normal test images with the largest errors: the false alarms come from here.");
  ten("best_test_normal", s.test_normal, e.test_normal, false,
      "Normal test images with the smallest errors.");
  ten("best_test_abnormal", s.test_abnormal, e.test_abnormal, false,
      "Abnormal test images with the smallest errors: those that slip through.");
  ten("worst_test_abnormal", s.test_abnormal, e.test_abnormal, true,
      "Abnormal test images with the largest errors.");
}

void add_errors(Page& page, const FashionRun& run) {
  const Evaluation& e = run.evaluation;
  ErrorTable errors("Reconstruction loss: the mean absolute error (MAE) of each image", "set",
                    "images");
  errors.add("training, normal", e.train_normal);
  errors.add("validation, normal", e.valid_normal);
  errors.add("validation, abnormal", e.valid_abnormal);
  errors.add("test, normal", e.test_normal);
  errors.add("test, abnormal", e.test_abnormal);
  page.section("Reconstruction errors");
  page.add(std::move(errors.table));
  for (const HistogramOf& h : histograms_of(run)) {
    page.chart(histogram_chart(h, e.search.thresholds),
               fmt::format("Reconstruction losses of {}.", h.caption));
  }
}

// The best threshold between its neighbours of the sweep.
Table around_best(const ThresholdSearch& search) {
  Table table{"Around the best threshold", {{"threshold"}, {"validation accuracy", true}}, {}};
  const auto best = std::ranges::max_element(search.sweep, {}, &SweepPoint::accuracy);
  const auto at = best - search.sweep.begin();
  for (auto i = std::max<std::ptrdiff_t>(0, at - 2); i < std::min(at + 3, std::ssize(search.sweep));
       ++i) {
    const SweepPoint& p = search.sweep[static_cast<std::size_t>(i)];
    table.rows.push_back({fmt::format("{:.5f}{}", p.threshold, i == at ? " (best)" : ""),
                          fmt::format("{:.4f}", p.accuracy)});
  }
  return table;
}

void add_thresholds(Page& page, const FashionRun& run) {
  Table table{"An image whose error is below the threshold is predicted normal",
              {{"threshold"}, {"how it is found"}, {"value", true}},
              {}};
  for (const NamedThreshold& n : named(run.evaluation.search.thresholds)) {
    table.rows.push_back(
        {std::to_string(table.rows.size() + 1), n.meaning, fmt::format("{:.5f}", n.value)});
  }
  page.section("Thresholds");
  page.add(std::move(table));
  page.chart(sweep_chart(run.evaluation.search),
             "Accuracy on the validation data at 100 thresholds from the mean error of the normal "
             "images to that of the abnormal ones.");
  page.add(around_best(run.evaluation.search));
}

void add_pixels(Page& page, const FashionRun& run) {
  page.section("Pixel by pixel");
  page.chart(pixel_chart("pixels_test_normal", "First normal test image, pixel by pixel",
                         run.sets.test_normal, run.reconstruct),
             "The first normal test image: input, reconstruction and the error between them.");
  page.chart(pixel_chart("pixels_test_abnormal", "First abnormal test image, pixel by pixel",
                         run.sets.test_abnormal, run.reconstruct),
             "The first abnormal test image: input, reconstruction and the error between them.");
}

Facts classes_and_images(const FashionSets& s) {
  return {{{"Normal classes", numbered_class_names(s.normal_classes)},
           {"Abnormal classes", numbered_class_names(s.abnormal_classes)},
           {"Images",
            fmt::format("{} normal for training; {} normal and {} abnormal for validation; {} "
                        "normal and {} abnormal for the test",
                        grouped(s.train_normal.size()), grouped(s.valid_normal.size()),
                        grouped(s.valid_abnormal.size()), grouped(s.test_normal.size()),
                        grouped(s.test_abnormal.size()))}}};
}

}  // namespace

void fill_page(Page& page, const FashionRun& run) {
  add_head(page.report(), run);
  add_results(page, run);
  add_images(page, run);
  add_extremes(page, run);
  if (run.more) run.more(page);
  add_training(page, run);
  add_errors(page, run);
  add_thresholds(page, run);
  add_pixels(page, run);
  add_facts(page, run, source_of(run.data), classes_and_images(run.sets));
}

}  // namespace gradus::study
