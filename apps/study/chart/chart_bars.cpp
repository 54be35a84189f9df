// Histograms and bars.
#include <algorithm>
#include <cmath>

#include "apps/study/chart/chart_writer.h"

namespace gradus::study {

void ChartWriter::operator()(const HistogramChart& plot) {
  if (plot.edges.size() < 2) reject(fmt::format("{} edges", plot.edges.size()), "2 or more");
  const size_t bins = plot.edges.size() - 1;
  AxisRange x(false);
  bool finite = true;
  for (size_t i = 0; i < plot.edges.size(); ++i) {
    const bool descends = i > 0 && plot.edges[i] < plot.edges[i - 1];
    if (descends) reject("edges that descend", "ascending ones");
    finite = finite && std::isfinite(plot.edges[i]);
    x.add(plot.edges[i]);
  }
  ScriptText csv;
  std::vector<std::string> header = {"left", "right"};
  for (const HistogramSet& set : plot.sets) {
    expect_size("set " + set.name, set.counts.size(), bins);
    header.push_back(csv_field(set.name.empty() ? "count" : set.name));
  }
  csv.line("{}", joined(header, ","));
  int64_t tallest = 0;
  for (size_t bin = 0; bin < bins; ++bin) {
    std::string row = csv_number(plot.edges[bin]) + ',' + csv_number(plot.edges[bin + 1]);
    int64_t total = 0;
    for (const HistogramSet& set : plot.sets) {
      row += fmt::format(",{}", set.counts[bin]);
      total += set.counts[bin];
    }
    tallest = std::max(tallest, total);
    csv.line("{}", row);
  }
  write_csv(csv);
  if (draw_empty(script, !finite || plot.sets.empty())) return;

  add_thresholds(x, plot.thresholds);
  x.pad(0.015);
  set_x_range(script, x);
  script.line("set yrange [0:{}]", tallest > 0 ? "*" : "1");
  // The whole stack first, then ever less of it on top.
  std::vector<PlotElement> elements;
  for (size_t i = plot.sets.size(); i-- > 0;) {
    std::string sum = "$3";
    for (size_t below = 1; below <= i; ++below) sum += fmt::format("+${}", below + 3);
    elements.push_back({fmt::format("{} using (($1+$2)/2):({}):($2-$1) with boxes {}", file, sum,
                                    solid_fill(plot.sets[i].ink)),
                        ""});
  }
  // The key names them in the caller's order, which is not that of drawing.
  for (const HistogramSet& set : plot.sets) {
    if (!set.name.empty()) elements.push_back({"NaN with boxes " + solid_fill(set.ink), set.name});
  }
  marked = draw_thresholds(script, elements, plot.thresholds, x, chart.width);
  draw_elements(script, elements);
}

void ChartWriter::operator()(const BarChart& plot) {
  const size_t categories = plot.categories.size();
  std::vector<double> index(categories);
  for (size_t i = 0; i < categories; ++i) index[i] = static_cast<double>(i);
  std::vector<std::string> header = {"category"};
  std::vector<const std::vector<double>*> columns = {&index};
  bool empty = true;
  for (const BarGroup& group : plot.groups) {
    expect_size("group " + group.name, group.values.size(), categories);
    header.push_back(csv_field(group.name.empty() ? "value" : group.name));
    columns.push_back(&group.values);
    for (const double value : group.values) empty = empty && !std::isfinite(value);
  }
  write_columns(header, columns);
  if (draw_empty(script, empty)) return;

  script.line("set xrange [-0.6:{}]", static_cast<double>(categories) - 0.4);
  script.line("set yrange [*<0:0<*]");
  name_columns(plot.categories);
  const double width = 0.76 / static_cast<double>(plot.groups.size());
  std::vector<PlotElement> elements;
  for (size_t i = 0; i < plot.groups.size(); ++i) {
    const double offset = (static_cast<double>(i) + 0.5) * width - 0.38;
    elements.push_back({fmt::format("{} using ($1+{:.4f}):{}:({:.4f}) with boxes {}", file, offset,
                                    i + 2, 0.94 * width, solid_fill(plot.groups[i].ink)),
                        plot.groups[i].name});
  }
  draw_elements(script, elements);
}

}  // namespace gradus::study
