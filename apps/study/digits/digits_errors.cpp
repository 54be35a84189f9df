#include "apps/study/digits/digits_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/study/analysis/statistics.h"

namespace gradus::study {
namespace {

constexpr int kBins = 100;

// Images (n, r, c) to (n, c, r).
Tensor transposed(const Tensor& images) {
  const Index n = images.shape()[0], rows = images.shape()[1], columns = images.shape()[2];
  Tensor result = Tensor::uninitialized({n, columns, rows});
  const auto from = images.data();
  const auto to = result.mutable_data();
  for (Index i = 0; i < n * rows * columns; ++i) {
    const Index image = i / (rows * columns), row = i / columns % rows, column = i % columns;
    to[static_cast<std::size_t>((image * columns + column) * rows + row)] =
        from[static_cast<std::size_t>(i)];
  }
  return result;
}

}  // namespace

DigitErrors judge_digits(const DigitSets& sets, const Reconstruct& reconstruct) {
  DigitErrors e{};
  e.train = reconstruction_mae(sets.train, reconstruct);
  e.test = reconstruction_mae(sets.test, reconstruct);
  e.threshold = percentile(e.test, kDigitsPercentile);
  for (std::size_t i = 0; i < e.test.size(); ++i) {
    if (e.test[i] > e.threshold) e.anomalies.push_back(static_cast<Index>(i));
  }
  e.flipped = transposed(sets.all.rows(0, std::min<Index>(10, sets.all.shape()[0])));
  e.flipped_mae = reconstruction_mae(e.flipped, reconstruct);
  return e;
}

double DigitErrors::least_anomalous() const {
  return std::nextafter(threshold, std::numeric_limits<double>::infinity());
}

std::int64_t DigitErrors::flipped_anomalies() const {
  return std::ranges::count_if(flipped_mae, [&](double mae) { return mae > threshold; });
}

void write_digit_tables(RunFolder& folder, const DigitSets& sets, const DigitErrors& e) {
  folder.write("thresholds.csv", fmt::format("name,threshold\npercentile_{:.0f},{}\n",
                                             kDigitsPercentile, e.threshold));
  write_scores(folder, sets.test_index, sets.test_labels, e.test, e.least_anomalous());
  write_histogram(folder, "train", e.train, kBins);
  write_histogram(folder, "test", e.test, kBins);
}

Json digit_metrics(const RunResult& result, const DigitSets& sets, const DataSource& source,
                   const DigitErrors& e) {
  Json json =
      metrics_head(result, source, {{"train", std::ssize(e.train)}, {"test", std::ssize(e.test)}});
  json["mae"] = {{"train", mean_std_json(e.train)}, {"test", mean_std_json(e.test)}};
  json["threshold"] = e.threshold;
  Json indices = Json::array(), labels = Json::array();
  for (const Index i : e.anomalies) {
    indices.push_back(sets.test_index[static_cast<std::size_t>(i)]);
    labels.push_back(sets.test_labels[static_cast<std::size_t>(i)]);
  }
  json["anomalies"] = {{"indices", indices}, {"labels", labels}};
  json["flipped"] = {{"mae", e.flipped_mae},
                     {"mean", mean_std(e.flipped_mae).mean},
                     {"anomalies", e.flipped_anomalies()}};
  return json;
}

}  // namespace gradus::study
