// Boxes and points.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "apps/study/analysis/statistics.h"
#include "apps/study/chart/chart_writer.h"

namespace gradus::study {

namespace {

std::vector<double> finite_ascending(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

void ChartWriter::operator()(const BoxChart& plot) {
  ScriptText boxes;
  ScriptText dots;  // every value, or the outliers
  boxes.line("group,low,quartile_1,median,quartile_3,high,mean");
  dots.line("group,value,place");
  AxisRange x(false);
  bool any_dot = false;
  std::vector<std::string> names;
  std::vector<bool> boxed;
  for (size_t i = 0; i < plot.groups.size(); ++i) {
    const std::vector<double> values = finite_ascending(plot.groups[i].values);
    const BoxSummary box = summarise(values);
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    boxes.line("{},{},{},{},{},{},{}", i, csv_number(box.low), csv_number(box.quartile_1),
               csv_number(box.median), csv_number(box.quartile_3), csv_number(box.high),
               csv_number(mean));
    boxed.push_back(!plot.points || values.size() >= kLeastForABox);
    const std::vector<double>& shown = plot.points ? values : box.outliers;
    for (size_t k = 0; k < shown.size(); ++k) {
      // Neighbours take turns in three lanes below the box, so that few overlap.
      const double lane = 0.06 * static_cast<double>(k % 3);
      const double place = !plot.points ? 0 : boxed.back() ? 0.24 + lane : lane - 0.06;
      dots.line("{},{},{:.2f}", i, shown[k], static_cast<double>(i) + place);
    }
    for (const double value : values) x.add(value);
    any_dot = any_dot || !shown.empty();
    names.push_back(plot.groups[i].name);
  }
  write_csv(boxes);
  write_csv(dots, plot.points ? "points" : "outliers");
  if (draw_empty(script, x.empty())) return;

  add_thresholds(x, plot.thresholds);
  x.pad(0.02);
  set_x_range(script, x);
  name_rows(names, 0.6);
  std::vector<PlotElement> elements;
  const double top = -0.3;
  const double bottom = plot.points ? 0.12 : 0.3;
  for (size_t i = 0; i < plot.groups.size(); ++i) {
    const std::string row = fmt::format("{} every ::{}::{} using", file, i, i);
    const Ink ink = plot.groups[i].ink;
    const auto upright = [&](int column, double from, double to, std::string_view colour) {
      elements.push_back({fmt::format("{} {}:($1{:+}):(0):({}) with vectors nohead linewidth 2.5 "
                                      "linecolor rgb {}",
                                      row, column, from, to - from, colour),
                          ""});
    };
    if (!boxed[i]) {
      upright(7, -0.25, 0.25, ink_name(ink));
      continue;
    }
    elements.push_back({fmt::format("{} 2:($1{:+}):($6-$2):(0) with vectors nohead linewidth 1.5 "
                                    "linecolor rgb {}",
                                    row, (top + bottom) / 2, ink_name(ink)),
                        ""});
    elements.push_back({fmt::format("{} 4:1:3:5:($1{:+}):($1{:+}) with boxxyerror {}", row, top,
                                    bottom, solid_fill(ink)),
                        ""});
    upright(4, top, bottom, "ink_paper");
  }
  if (any_dot) {
    elements.push_back(
        {fmt::format("{} using 2:3 with points pointtype 7 pointsize {} linecolor rgb {}",
                     gnuplot_quote(chart.name + (plot.points ? "_points.csv" : "_outliers.csv")),
                     plot.points ? 0.5 : 0.4, plot.points ? "see_through(ink_text)" : "ink_text"),
         ""});
  }
  marked = draw_thresholds(script, elements, plot.thresholds, x, chart.width);
  draw_elements(script, elements);
}

void ChartWriter::operator()(const ScatterChart& plot) {
  ScriptText csv;
  csv.line("group,x,y");
  AxisRange x(false);
  AxisRange y(false);
  std::vector<size_t> ends;  // rows of the file that belong to this group and those before
  size_t rows = 0;
  for (size_t i = 0; i < plot.groups.size(); ++i) {
    const ScatterGroup& group = plot.groups[i];
    expect_size("y of group " + group.name, group.y.size(), group.x.size());
    for (size_t k = 0; k < group.x.size(); ++k) {
      if (!std::isfinite(group.x[k]) || !std::isfinite(group.y[k])) continue;
      csv.line("{},{},{}", i, group.x[k], group.y[k]);
      x.add(group.x[k]);
      y.add(group.y[k]);
      ++rows;
    }
    ends.push_back(rows);
  }
  write_csv(csv);
  if (draw_empty(script, rows == 0)) return;

  x.pad(0.03);
  y.pad(0.03);
  set_x_range(script, x);
  script.line("set yrange [{}:{}]", y.low(), y.high());
  if (plot.equal_scale) script.line("set size ratio -1");
  // Shapes too, for those who do not tell all colours apart.
  constexpr std::array kShapes{7, 9, 5, 13, 11};
  std::vector<PlotElement> elements;
  for (size_t i = 0; i < plot.groups.size(); ++i) {
    const std::string look =
        fmt::format("with points pointtype {} linecolor rgb", kShapes[i % kShapes.size()]);
    const std::string ink = ink_name(plot.groups[i].ink);
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    if (ends[i] > begin) {
      elements.push_back(
          {fmt::format("{} every ::{}::{} using 2:3 {} see_through({}) pointsize 0.4", file, begin,
                       ends[i] - 1, look, ink),
           ""});
    }
    // The key shows the colour itself, and larger.
    if (!plot.groups[i].name.empty()) {
      elements.push_back({fmt::format("NaN {} {} pointsize 0.9", look, ink), plot.groups[i].name});
    }
  }
  draw_elements(script, elements);
}

}  // namespace gradus::study
