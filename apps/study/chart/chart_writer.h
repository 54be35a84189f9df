// Data and script of one chart while they are written: an overload for each
// kind, in the file of its kind (chart_curves, chart_bars, chart_points,
// chart_cells). Internal to `draw_charts`.
//
// Thread safety: a plain value.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "apps/study/chart/chart_script.h"
#include "apps/study/chart/chart_text.h"

namespace gradus::study {

struct ChartWriter {
  explicit ChartWriter(const Chart& of) : chart(of), file(gnuplot_quote(of.name + ".csv")) {}

  const Chart& chart;
  std::string file;  ///< that of the data, as gnuplot reads it
  std::vector<ChartFile> files{};
  ScriptText script{};
  bool marked = false;  ///< there are marks above the frame

  void operator()(const LineChart& plot);
  void operator()(const ErrorChart& plot);
  void operator()(const HistogramChart& plot);
  void operator()(const BarChart& plot);
  void operator()(const BoxChart& plot);
  void operator()(const ScatterChart& plot);
  void operator()(const HeatmapChart& plot);

  /// Throws `Error` about this chart.
  [[noreturn]] void reject(std::string_view got, std::string_view expected) const;
  void expect_size(std::string_view what, size_t got, size_t expected) const;

  /// NAME.csv: one row a value, one column a list of `columns`, all as long.
  void write_columns(const std::vector<std::string>& header,
                     const std::vector<const std::vector<double>*>& columns);
  /// NAME.csv, or NAME_OF.csv where `of` is not empty.
  void write_csv(ScriptText& csv, std::string_view of = "");

  /// The names of the categories 0, 1, ... below the frame, slanted where they
  /// would run into each other.
  void name_columns(const std::vector<std::string>& names);
  /// The names of the rows 0, 1, ... at the left, the first on top, as one reads.
  /// `margin` is what lies beyond the centres of the outer rows, in rows.
  void name_rows(const std::vector<std::string>& names, double margin);
};

}  // namespace gradus::study
