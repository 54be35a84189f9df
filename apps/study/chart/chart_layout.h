// The little arithmetic behind the charts: ranges of an axis, and labels that
// must not overlap. Internal to `draw_charts`.
//
// Thread safety: free functions without state, and plain values.
#pragma once

#include <limits>
#include <vector>

namespace gradus::study {

/// The part of an axis a chart shows: the least that holds every value added.
class AxisRange {
 public:
  explicit AxisRange(bool logarithmic) : logarithmic_(logarithmic) {}

  bool logarithmic() const { return logarithmic_; }
  /// Whether `value` has a place on the axis: finite and, on a logarithmic one,
  /// above 0.
  bool can_show(double value) const;
  /// Widens the range to hold `value`, if it can be shown at all.
  void add(double value);
  bool empty() const { return low_ > high_; }
  /// Adds `share` of the length at both ends. A range of one point, or of none,
  /// gets a length first, for gnuplot draws no axis without one.
  void pad(double share);
  double low() const { return low_; }
  double high() const { return high_; }
  /// Where on the axis `value` is drawn: 0 at its left end, 1 at its right one.
  /// Requires: not empty, `can_show(value)`.
  double fraction(double value) const;

 private:
  double place(double value) const;

  bool logarithmic_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

/// Where to centre labels of one `width` that want to be at `wanted`
/// (ascending), so that none overlaps another and the squares of their moves
/// are least.
std::vector<double> spread_labels(const std::vector<double>& wanted, double width);

}  // namespace gradus::study
