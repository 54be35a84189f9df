#include "apps/study/chart/chart_layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace gradus::study {

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

}  // namespace gradus::study
