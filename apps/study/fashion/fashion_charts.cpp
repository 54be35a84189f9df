#include "apps/study/fashion/fashion_charts.h"

#include <fmt/format.h>

#include <array>

#include "apps/study/analysis/histogram.h"

namespace gradus::study {
namespace {

// The first `count` thresholds, numbered, in the colours of the original plots.
std::vector<Threshold> threshold_lines(const Thresholds& thresholds, int count) {
  constexpr std::array inks{Ink::kGreen, Ink::kCyan, Ink::kMagenta, Ink::kBlue, Ink::kRed};
  const auto all = named(thresholds);
  std::vector<Threshold> lines;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    lines.push_back({std::to_string(i + 1), all[i].meaning, all[i].value, inks[i]});
  }
  return lines;
}

}  // namespace

Chart histogram_chart(const HistogramOf& of, const Thresholds& thresholds) {
  const Histogram all = histogram(*of.mae, kHistogramBins);
  HistogramChart chart{all.edges, {}, threshold_lines(thresholds, of.thresholds)};
  if (of.is_normal == nullptr) {
    chart.sets = {{"", all.counts, of.ink}};
  } else {
    // The same bins for both kinds, stacked to the outline of all.
    std::vector<double> normal, abnormal;
    for (std::size_t i = 0; i < of.mae->size(); ++i) {
      ((*of.is_normal)[i] ? normal : abnormal).push_back((*of.mae)[i]);
    }
    chart.sets = {{"normal", bin_counts(normal, all.edges), Ink::kSlate},
                  {"abnormal", bin_counts(abnormal, all.edges), Ink::kOrange}};
  }
  return {.name = fmt::format("hist_{}", of.name),
          .title = fmt::format("Reconstruction losses of {}", of.caption),
          .x_label = fmt::format("MAE of {}", of.caption),
          .y_label = "images",
          .plot = chart,
          .height = 360 + 28 * of.thresholds};  // the key takes a line for each
}

Chart sweep_chart(const ThresholdSearch& search) {
  LineChart lines;
  Line accuracy{"", {}, Ink::kBlue};
  for (const SweepPoint& p : search.sweep) {
    lines.x.push_back(p.threshold);
    accuracy.y.push_back(p.accuracy);
  }
  lines.lines = {accuracy};
  lines.thresholds = {threshold_lines(search.thresholds, 5).back()};
  return {.name = "sweep",
          .title = "Accuracy on the validation set by threshold",
          .x_label = "threshold",
          .y_label = "accuracy",
          .plot = lines,
          .height = 320};
}

Chart pixel_chart(const char* name, const char* title, const ImageSet& set,
                  const Reconstruct& reconstruct) {
  const Tensor image = set.first(1);
  const Tensor output = reconstruct(image);
  const auto doubles = [](std::span<const Scalar> x) {
    return std::vector<double>(x.begin(), x.end());
  };
  return {.name = name,
          .title = title,
          .x_label = "pixel, row by row",
          .y_label = "value",
          .plot = ErrorChart{doubles(image.data()), doubles(output.data())},
          .height = 300};
}

std::vector<HistogramOf> histograms_of(const FashionRun& run) {
  const Evaluation& e = run.evaluation;
  return {{"train_normal", "the normal training data", &e.train_normal, nullptr, Ink::kSlate, 1},
          {"valid_abnormal", "the abnormal validation data", &e.valid_abnormal, nullptr,
           Ink::kOrange, 2},
          {"valid_normal", "the normal validation data", &e.valid_normal, nullptr, Ink::kSlate, 3},
          {"valid", "the validation data", &e.valid, &run.sets.valid.is_normal, Ink::kSlate, 5},
          {"test", "the test data", &e.test, &run.sets.test.is_normal, Ink::kSlate, 5}};
}

}  // namespace gradus::study
