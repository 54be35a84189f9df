#include "apps/study/digits/digits_page.h"

#include <fmt/format.h>

#include "apps/study/analysis/density.h"
#include "apps/study/analysis/statistics.h"
#include "apps/study/text/text.h"

namespace gradus::study {
namespace {

// How often each class occurs.
std::vector<double> class_counts(const std::vector<int>& labels) {
  std::vector<double> counts(10);
  for (const int label : labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

std::vector<std::string> digit_names() {
  return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
}

std::vector<std::string> texts(const std::vector<int>& labels, Index count) {
  std::vector<std::string> result;
  for (Index i = 0; i < count; ++i) {
    result.push_back(std::to_string(labels[static_cast<std::size_t>(i)]));
  }
  return result;
}

std::vector<Threshold> threshold_line(const DigitErrors& e) {
  return {{"", fmt::format("percentile {:.0f} of the test errors", kDigitsPercentile), e.threshold,
           Ink::kRed}};
}

// The densities of both sets' errors, each scaled by its share of the images.
Chart density_chart(const DigitErrors& e) {
  std::vector<double> all = e.train;
  all.insert(all.end(), e.test.begin(), e.test.end());
  LineChart chart;
  chart.x = density_grid(all);
  const auto line = [&](const char* name, const std::vector<double>& mae, Ink ink) {
    Line result{name, density_at(mae, chart.x), ink, true};
    for (double& y : result.y)
      y *= static_cast<double>(mae.size()) / static_cast<double>(all.size());
    chart.lines.push_back(std::move(result));
  };
  line("train", e.train, Ink::kBlue);
  line("test", e.test, Ink::kOrange);
  chart.thresholds = threshold_line(e);
  return {.name = "density",
          .title = "Density of the reconstruction errors",
          .x_label = "reconstruction error (MAE)",
          .y_label = "density",
          .plot = chart,
          .height = 340};
}

Chart box_chart(const DigitErrors& e) {
  return {
      .name = "boxes",
      .title = "Reconstruction errors",
      .x_label = "reconstruction error (MAE)",
      .plot = BoxChart{.groups = {{"train", e.train, Ink::kBlue}, {"test", e.test, Ink::kOrange}},
                       .thresholds = threshold_line(e)},
      .height = 260};
}

}  // namespace

void fill_digit_page(Page& page, const RunResult& result, const DigitSets& sets,
                     const DataSource& source, const DigitErrors& e,
                     const Reconstruct& reconstruct) {
  const Index flipped = e.flipped.shape()[0];
  const optim::EpochLog& last = result.training.last();
  Report& report = page.report();
  report.title = "Digits unlike the others";
  report.subtitle = "Anomaly detection on handwritten digits with an autoencoder";
  report.lead = fmt::format(
      "The model learned from {} digits to compress one to 8 numbers and back. Of {} others, "
      "{:.0f} in 100 lie at or below the threshold of {:.3f}; the {} above are shown as anomalies. "
      "Of {} transposed digits, the like of which it has never seen, it calls {} anomalous.",
      sets.train.shape()[0], sets.test.shape()[0], kDigitsPercentile, e.threshold,
      e.anomalies.size(), flipped, e.flipped_anomalies());
  report.headline = {
      {"Threshold", fmt::format("{:.4f}", e.threshold), "99th percentile of the test errors"},
      {"Transposed", fmt::format("{} / {}", e.flipped_anomalies(), flipped), "found anomalous"},
      {"Their error", fmt::format("{:.4f}", mean_std(e.flipped_mae).mean), "mean MAE"},
      {"Validation loss", fmt::format("{:.4f}", last.monitored()), "mean squared error"},
      {"Training", seconds_text(result.seconds.train), fmt::format("{} epochs", last.epoch)}};

  page.section("Digits and their reconstructions");
  const Tensor first = sets.all.rows(0, flipped);
  page.images("digits", first, 10, "The first digits of the data set.",
              {.labels = texts(sets.all_labels, flipped)});
  page.reconstructions("reconstructions", first, reconstruct(first),
                       "The first digits of the data set, each over its reconstruction.",
                       texts(sets.all_labels, flipped));

  page.section("Anomalies");
  std::vector<int> labels;
  for (const Index i : e.anomalies) labels.push_back(sets.test_labels[static_cast<std::size_t>(i)]);
  const Tensor anomalies = sets.test.gather_rows(e.anomalies);
  page.images("anomalies", anomalies, 10,
              fmt::format("The {} test images with an error above {:.3f} (percentile {:.0f}), and "
                          "what they are.",
                          labels.size(), e.threshold, kDigitsPercentile),
              {.labels = texts(labels, std::ssize(labels))});
  page.reconstructions("anomalies_reconstructed", anomalies, reconstruct(anomalies),
                       "The anomalies among the test images, each over its reconstruction.",
                       texts(labels, std::ssize(labels)));
  page.chart({.name = "anomalies_by_class",
              .title = "Anomalies by class",
              .x_label = "digit",
              .y_label = "images",
              .plot = BarChart{digit_names(), {{"", class_counts(labels), Ink::kRed}}},
              .height = 300},
             "How many of the anomalies are images of each digit.");

  page.section("Transposed digits");
  std::vector<std::string> verdicts;
  Table table{"The first ten digits, transposed", {{"digit"}, {"MAE", true}, {"verdict"}}, {}};
  for (std::size_t i = 0; i < e.flipped_mae.size(); ++i) {
    verdicts.emplace_back(e.flipped_mae[i] > e.threshold ? "anomaly" : "");
    table.rows.push_back({std::to_string(sets.all_labels[i]),
                          fmt::format("{:.4f}", e.flipped_mae[i]),
                          e.flipped_mae[i] > e.threshold ? "anomaly" : "normal"});
  }
  page.images("flipped", e.flipped, 10, "The first digits with rows and columns exchanged.",
              {.labels = verdicts});
  page.add(std::move(table));

  page.section("Reconstruction errors");
  page.chart(density_chart(e),
             "Kernel density estimates of the reconstruction errors (Gaussian, bandwidth by "
             "Scott's rule), each scaled by the set's share of the images.");
  page.chart(box_chart(e),
             "Reconstruction errors of the training and the test images as boxes: quartiles, "
             "whiskers to one and a half times the box's width, and the values beyond.");
  add_training(page, result);
  page.add(Paragraph{"val_loss is that of the test images: this study has no validation set."});
  page.section("Data");
  page.chart({.name = "classes",
              .title = "Images of each class",
              .x_label = "digit",
              .y_label = "images",
              .plot = BarChart{digit_names(),
                               {{"train", class_counts(sets.train_labels), Ink::kBlue},
                                {"test", class_counts(sets.test_labels), Ink::kOrange}}},
              .height = 300},
             "How often each digit occurs in the training and in the test set.");
  add_facts(page, result, source,
            {{{"Images", fmt::format("{} for training, {} for the test", sets.train.shape()[0],
                                     sets.test.shape()[0])}}});
}

}  // namespace gradus::study
