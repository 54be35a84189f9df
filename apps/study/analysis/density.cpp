#include "apps/study/analysis/density.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "apps/study/analysis/metrics.h"
#include "tensor/error.h"

namespace gradus::study {

double scott_bandwidth(std::span<const double> values) {
  if (values.empty()) fail("[density] got no value, expected at least one");
  for (const double value : values) {
    if (!std::isfinite(value)) fail("[density] got the value {}, expected finite numbers", value);
  }
  const auto n = static_cast<double>(values.size());
  const MeanStd m = mean_std(values);
  const double std = n > 1 ? m.std * std::sqrt(n / (n - 1)) : 0;
  // The mean of equal values is rounded, so that they seem to lie beside it.
  constexpr double kRounding = 1e-12;
  if (!(std > kRounding * std::abs(m.mean))) return 1e-3 * (m.mean == 0 ? 1 : std::abs(m.mean));
  return std * std::pow(n, -0.2);
}

std::vector<double> density_at(std::span<const double> values, std::span<const double> x) {
  const double width = scott_bandwidth(values);
  const double scale =
      1 / (static_cast<double>(values.size()) * width * std::sqrt(2 * std::numbers::pi));
  std::vector<double> y;
  for (const double at : x) {
    double sum = 0;
    for (const double value : values) {
      const double z = (at - value) / width;
      sum += std::exp(-z * z / 2);
    }
    y.push_back(scale * sum);
  }
  return y;
}

std::vector<double> density_grid(std::span<const double> values, int points) {
  if (points < 2) fail("[density] got {} points, expected at least 2", points);
  const double margin = 3 * scott_bandwidth(values);
  const auto [least, greatest] = std::ranges::minmax(values);
  std::vector<double> x;
  for (int i = 0; i < points; ++i) {
    x.push_back(
        std::lerp(least - margin, greatest + margin, static_cast<double>(i) / (points - 1)));
  }
  return x;
}

}  // namespace gradus::study
