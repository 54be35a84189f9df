// Where to draw the line between normal and abnormal reconstruction errors: the
// five thresholds of the Fashion-MNIST studies, numbered as the notebooks colour
// them.
//
// Thread safety: a free function without state.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace gradus::study {

struct Thresholds {
  double mean_plus_2_5_std;        ///< 1, green: of the normal training scores
  double abnormal_mean_minus_std;  ///< 2, cyan: of the abnormal validation scores
  double normal_mean_plus_std;     ///< 3, magenta: of the normal validation scores
  double midpoint;                 ///< 4, blue: halfway between 2 and 3
  double best_validation;          ///< 5, red: the first best of the sweep
};

/// One of them with its words: the name in files, and what it is for people.
struct NamedThreshold {
  const char* name;
  const char* meaning;
  double value;
};
/// All five in the order of their numbers.
std::array<NamedThreshold, 5> named(const Thresholds& thresholds);

struct SweepPoint {
  double threshold;
  double accuracy;  ///< on the validation set
};

struct ThresholdSearch {
  Thresholds thresholds;
  std::vector<SweepPoint> sweep;  ///< kSweepSteps points, from the normal mean on
};

inline constexpr int kSweepSteps = 100;

/// The thresholds from the scores (MAE) of three sets. The sweep tries the mean
/// of the normal validation scores and goes on in steps of a hundredth of the
/// distance to the mean of the abnormal ones, which it stops short of; a score
/// strictly below a threshold is predicted normal.
///
/// Where the model fails and the abnormal mean is not above the normal one, the
/// sweep goes down or stays where it is; all figures remain defined.
/// Throws `Error` where a set is empty or a score is not finite (a training that
/// diverged): no threshold means anything then.
/// Source: the Fashion-MNIST notebooks; std is the population's.
ThresholdSearch find_thresholds(std::span<const double> normal_training,
                                std::span<const double> normal_validation,
                                std::span<const double> abnormal_validation);

}  // namespace gradus::study
