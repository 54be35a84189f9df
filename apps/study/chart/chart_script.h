// What gnuplot reads, as text: the data and the script of every chart. Internal
// to `draw_charts`, and apart from it so that it can be tested without gnuplot.
//
// Thread safety: free functions without state.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/study/chart/chart.h"

namespace gradus::study {

struct ChartFile {
  std::string name;  ///< without a folder, such as loss.csv
  std::string text;
};

/// NAME.csv (and for boxes NAME_outliers.csv or NAME_points.csv), then NAME.gp, which draws them.
/// Throws `Error` where the chart contradicts itself.
std::vector<ChartFile> chart_files(const Chart& chart);

/// What all charts of a folder share: style.gp (colours and frame), draw.gp (one
/// chart to its three files) and all.gp (every chart).
std::vector<ChartFile> shared_chart_files(std::span<const Chart> charts);

}  // namespace gradus::study
