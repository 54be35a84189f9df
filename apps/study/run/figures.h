// The figures of several runs of one study: how they spread.
//
// Thread safety: plain values and free functions without state.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace gradus::study {

/// One number of a metrics.json, as several runs have it.
struct Figure {
  std::string name;            ///< keys and positions with dots between: "mae.test_normal.mean"
  std::vector<double> values;  ///< one a run

  double mean() const;
  double sample_std() const;  ///< with n - 1; 0 for one run
  double min() const;
  double max() const;
};

/// Every number in the metrics.json of each folder that can differ from seed to
/// seed, in the order of the first file. Throws `Error`, naming the file, where
/// one cannot be read or has not the figures of the first.
std::vector<Figure> figures_of(const std::vector<std::filesystem::path>& run_folders);

/// Those that share a meaning and a unit, such as the accuracy at each threshold.
struct FigureGroup {
  std::string name;  ///< "results: accuracy"
  std::vector<Figure> figures;
  std::vector<std::string> labels;  ///< what tells the figures apart: "midpoint"
};
std::vector<FigureGroup> grouped_figures(const std::vector<Figure>& figures);

/// figure, mean, std, min, max, runs.
std::string summary_csv(const std::vector<Figure>& figures);

}  // namespace gradus::study
