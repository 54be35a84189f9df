// Which raw values of its input a model sees as 0 to 1.
#pragma once

namespace gradus::study {

struct InputRange {
  double low = 0;
  double high = 1;
  /// How far outside values may lie, in lengths of the range: 0 where the range
  /// is that of the format, as of grey values, more where it is only that of the
  /// training data.
  double margin = 0;
};

/// `high - low` is at most that, which leaves room to reckon with it.
inline constexpr double kGreatestRange = 1e30;

}  // namespace gradus::study
