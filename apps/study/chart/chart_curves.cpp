// Curves over an axis, and the area between two of them.
#include <algorithm>
#include <cmath>

#include "apps/study/chart/chart_writer.h"

namespace gradus::study {

void ChartWriter::operator()(const LineChart& plot) {
  std::vector<std::string> header = {csv_field("x")};
  std::vector<const std::vector<double>*> columns = {&plot.x};
  AxisRange x(plot.log_x);
  for (const double value : plot.x) {
    if (!std::isfinite(value)) reject("an x that is not finite", "finite values");
    x.add(value);
  }
  bool empty = true;
  bool filled = false;
  for (const Line& line : plot.lines) {
    expect_size("line " + line.name, line.y.size(), plot.x.size());
    header.push_back(csv_field(line.name));
    columns.push_back(&line.y);
    filled = filled || line.filled;
    for (size_t i = 0; i < plot.x.size(); ++i) {
      const bool shown = x.can_show(plot.x[i]) && std::isfinite(line.y[i]);
      if (shown && (!plot.log_y || line.y[i] > 0)) empty = false;
    }
  }
  write_columns(header, columns);
  if (draw_empty(script, empty)) return;

  add_thresholds(x, plot.thresholds);
  // Of longer axes gnuplot's own ticks are whole numbers.
  constexpr double kShortAxis = 10;
  if (plot.counts_x && x.high() - x.low() <= kShortAxis) script.line("set xtics 1");
  x.pad(0.015);
  set_x_range(script, x);
  if (plot.log_y) script.line("set logscale y");
  if (filled && !plot.log_y) script.line("set yrange [0:*]");
  std::vector<PlotElement> elements;
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    if (!plot.lines[i].filled || plot.log_y) continue;
    elements.push_back(
        {fmt::format("{} using 1:{} with filledcurves y1=0 fillstyle transparent solid 0.18 "
                     "noborder fillcolor rgb {}",
                     file, i + 2, ink_name(plot.lines[i].ink)),
         ""});
  }
  // Few points are points too: of a run of one epoch there is no line to see.
  const char* style = plot.x.size() <= 25 ? "linespoints pointtype 7 pointsize 0.5" : "lines";
  for (const bool faint : {true, false}) {
    for (size_t i = 0; i < plot.lines.size(); ++i) {
      const Line& line = plot.lines[i];
      if (line.faint != faint) continue;
      const std::string look =
          faint ? fmt::format("linewidth 1 linecolor rgb faint({})", ink_name(line.ink))
                : fmt::format("linewidth 2 linecolor rgb {}", ink_name(line.ink));
      const char* with = faint && plot.x.size() > 1 ? "lines" : style;
      elements.push_back(
          {fmt::format("{} using 1:{} with {} {}", file, i + 2, with, look), line.name});
    }
  }
  marked = draw_thresholds(script, elements, plot.thresholds, x, chart.width);
  draw_elements(script, elements);
}

void ChartWriter::operator()(const ErrorChart& plot) {
  expect_size("the reconstruction", plot.reconstruction.size(), plot.input.size());
  std::vector<double> index(plot.input.size());
  bool empty = true;
  for (size_t i = 0; i < index.size(); ++i) {
    index[i] = static_cast<double>(i);
    empty = empty && !std::isfinite(plot.input[i]) && !std::isfinite(plot.reconstruction[i]);
  }
  write_columns({"index", "input", "reconstruction"}, {&index, &plot.input, &plot.reconstruction});
  if (draw_empty(script, empty)) return;

  script.line("set xrange [0:{}]", std::max<size_t>(1, index.size() - 1));
  const auto line = [&](int column, Ink ink) {
    return fmt::format("{} using 1:{} with lines linewidth 1.3 linecolor rgb {}", file, column,
                       ink_name(ink));
  };
  const std::string error = "fillstyle solid 1 noborder fillcolor rgb ink_error";
  draw_elements(script, {{file + " using 1:2:3 with filledcurves " + error, ""},
                         {line(2, plot.input_ink), "Input"},
                         {line(3, plot.reconstruction_ink), "Reconstruction"},
                         {"NaN with boxes " + error, "Error"}});
}

}  // namespace gradus::study
