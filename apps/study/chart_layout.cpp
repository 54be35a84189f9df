#include "apps/study/chart_layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace gradus::study {
namespace {

// Requires: `sorted` is not empty.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

bool AxisRange::can_show(double value) const {
  return std::isfinite(value) && (!logarithmic_ || value > 0);
}

void AxisRange::add(double value) {
  if (!can_show(value)) return;
  low_ = std::min(low_, value);
  high_ = std::max(high_, value);
}

void AxisRange::pad(double share) {
  if (empty()) low_ = high_ = 1;
  if (logarithmic_) {
    if (low_ == high_) {
      low_ /= 2;
      high_ *= 2;
    }
    const double factor = std::pow(high_ / low_, share);
    low_ /= factor;
    high_ *= factor;
    return;
  }
  if (low_ == high_) {
    const double half = low_ == 0 ? 0.5 : std::abs(low_) / 2;
    low_ -= half;
    high_ += half;
  }
  const double margin = share * (high_ - low_);
  low_ -= margin;
  high_ += margin;
}

double AxisRange::place(double value) const { return logarithmic_ ? std::log(value) : value; }

double AxisRange::fraction(double value) const {
  return (place(value) - place(low_)) / (place(high_) - place(low_));
}

// Labels that touch form a block, centred on the mean of what its labels want;
// a block that reaches its left neighbour joins it. (Isotonic regression by
// pooling adjacent violators, on the wishes less each label's place in line.)
std::vector<double> spread_labels(const std::vector<double>& wanted, double width) {
  struct Block {
    double sum;
    size_t count;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Block> blocks;
  for (size_t i = 0; i < wanted.size(); ++i) {
    blocks.push_back({wanted[i] - static_cast<double>(i) * width, 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().sum += last.sum;
      blocks.back().count += last.count;
    }
  }
  std::vector<double> places;
  for (const Block& block : blocks) {
    for (size_t k = 0; k < block.count; ++k) {
      places.push_back(block.mean() + static_cast<double>(places.size()) * width);
    }
  }
  return places;
}

BoxSummary summarise(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none, none, none, none, {}};
  }
  std::sort(values.begin(), values.end());
  BoxSummary box;
  box.quartile_1 = quantile(values, 0.25);
  box.median = quantile(values, 0.5);
  box.quartile_3 = quantile(values, 0.75);
  const double reach = 1.5 * (box.quartile_3 - box.quartile_1);
  // Interpolated quartiles can lie beyond every value within reach.
  box.low = box.quartile_1;
  box.high = box.quartile_3;
  for (const double value : values) {
    if (value < box.quartile_1 - reach || value > box.quartile_3 + reach) {
      box.outliers.push_back(value);
    } else {
      box.low = std::min(box.low, value);
      box.high = std::max(box.high, value);
    }
  }
  return box;
}

}  // namespace gradus::study
