#include "apps/study/chart_script.h"

#include <algorithm>
#include <cmath>

#include "apps/study/chart_layout.h"
#include "apps/study/chart_text.h"
#include "apps/study/encoding.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

void add_values(AxisRange& x, const std::vector<Threshold>& thresholds) {
  for (const Threshold& threshold : thresholds) x.add(threshold.value);
}

// Data and script of one chart: an overload for each kind.
struct Writer {
  const Chart& chart;
  std::vector<ChartFile> files;
  ScriptText script;
  std::string file = gnuplot_quote(chart.name + ".csv");
  bool marked = false;  // there are marks above the frame

  static std::string solid(Ink ink) {
    return "fillstyle solid 1 noborder linecolor rgb " + ink_name(ink);
  }

  [[noreturn]] void reject(std::string_view got, std::string_view expected) const {
    fail("[chart] {}: got {}, expected {}", clean_line(chart.name), got, expected);
  }

  void expect_size(std::string_view what, size_t got, size_t expected) const {
    if (got != expected) {
      reject(fmt::format("{} values in {}", got, clean_line(what)), fmt::format("{}", expected));
    }
  }

  // One row a value of `x`, one column a list of `columns`.
  void write_columns(const std::vector<std::string>& header,
                     const std::vector<const std::vector<double>*>& columns) {
    ScriptText csv;
    csv.line("{}", joined(header, ","));
    for (size_t row = 0; row < columns.front()->size(); ++row) {
      std::vector<std::string> fields;
      for (const auto* column : columns) fields.push_back(csv_number((*column)[row]));
      csv.line("{}", joined(fields, ","));
    }
    files.push_back({chart.name + ".csv", csv.take()});
  }

  void operator()(const LineChart& plot) {
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

    add_values(x, plot.thresholds);
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
    for (size_t i = 0; i < plot.lines.size(); ++i) {
      elements.push_back({fmt::format("{} using 1:{} with {} linewidth 2 linecolor rgb {}", file,
                                      i + 2, style, ink_name(plot.lines[i].ink)),
                          plot.lines[i].name});
    }
    marked = draw_thresholds(script, elements, plot.thresholds, x, chart.width);
    draw_elements(script, elements);
  }

  void operator()(const HistogramChart& plot) {
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
    files.push_back({chart.name + ".csv", csv.take()});
    if (draw_empty(script, !finite || plot.sets.empty())) return;

    add_values(x, plot.thresholds);
    x.pad(0.015);
    set_x_range(script, x);
    script.line("set yrange [0:{}]", tallest > 0 ? "*" : "1");
    // The whole stack first, then ever less of it on top.
    std::vector<PlotElement> elements;
    for (size_t i = plot.sets.size(); i-- > 0;) {
      std::string sum = "$3";
      for (size_t below = 1; below <= i; ++below) sum += fmt::format("+${}", below + 3);
      elements.push_back({fmt::format("{} using (($1+$2)/2):({}):(0.9*($2-$1)) with boxes {}", file,
                                      sum, solid(plot.sets[i].ink)),
                          ""});
    }
    // The key names them in the caller's order, which is not that of drawing.
    for (const HistogramSet& set : plot.sets) {
      if (!set.name.empty()) elements.push_back({"NaN with boxes " + solid(set.ink), set.name});
    }
    marked = draw_thresholds(script, elements, plot.thresholds, x, chart.width);
    draw_elements(script, elements);
  }

  void operator()(const ErrorChart& plot) {
    expect_size("the reconstruction", plot.reconstruction.size(), plot.input.size());
    std::vector<double> index(plot.input.size());
    bool empty = true;
    for (size_t i = 0; i < index.size(); ++i) {
      index[i] = static_cast<double>(i);
      empty = empty && !std::isfinite(plot.input[i]) && !std::isfinite(plot.reconstruction[i]);
    }
    write_columns({"index", "input", "reconstruction"},
                  {&index, &plot.input, &plot.reconstruction});
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

  void operator()(const BarChart& plot) {
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
    std::vector<std::string> tics;
    size_t letters = 0;
    for (size_t i = 0; i < categories; ++i) {
      tics.push_back(fmt::format("{} {}", gnuplot_quote(plot.categories[i]), i));
      letters = std::max(letters, plot.categories[i].size());
    }
    const bool crowded = letters * categories * 8 > static_cast<size_t>(chart.width);
    script.line("set xtics {}({}) scale 0", crowded ? "rotate by -35 " : "", joined(tics, ", "));
    const double width = 0.76 / static_cast<double>(plot.groups.size());
    std::vector<PlotElement> elements;
    for (size_t i = 0; i < plot.groups.size(); ++i) {
      const double offset = (static_cast<double>(i) + 0.5) * width - 0.38;
      elements.push_back({fmt::format("{} using ($1+{:.4f}):{}:({:.4f}) with boxes {}", file,
                                      offset, i + 2, 0.94 * width, solid(plot.groups[i].ink)),
                          plot.groups[i].name});
    }
    draw_elements(script, elements);
  }

  void operator()(const BoxChart& plot) {
    ScriptText boxes;
    ScriptText outliers;
    boxes.line("group,low,quartile_1,median,quartile_3,high");
    outliers.line("group,value");
    AxisRange x(false);
    bool any_outlier = false;
    std::vector<std::string> tics;
    for (size_t i = 0; i < plot.groups.size(); ++i) {
      const BoxSummary box = summarise(plot.groups[i].values);
      boxes.line("{},{},{},{},{},{}", i, csv_number(box.low), csv_number(box.quartile_1),
                 csv_number(box.median), csv_number(box.quartile_3), csv_number(box.high));
      for (const double value : box.outliers) outliers.line("{},{}", i, value);
      for (const double value : plot.groups[i].values) x.add(value);
      any_outlier = any_outlier || !box.outliers.empty();
      tics.push_back(fmt::format("{} {}", gnuplot_quote(plot.groups[i].name), i));
    }
    files.push_back({chart.name + ".csv", boxes.take()});
    files.push_back({chart.name + "_outliers.csv", outliers.take()});
    if (draw_empty(script, x.empty())) return;

    add_values(x, plot.thresholds);
    x.pad(0.02);
    set_x_range(script, x);
    // The first group on top, as one reads.
    script.line("set yrange [{}:-0.6]", static_cast<double>(plot.groups.size()) - 0.4);
    script.line("set ytics ({}) scale 0", joined(tics, ", "));
    script.line("unset grid");
    std::vector<PlotElement> elements;
    for (size_t i = 0; i < plot.groups.size(); ++i) {
      const std::string row = fmt::format("{} every ::{}::{} using", file, i, i);
      const Ink ink = plot.groups[i].ink;
      elements.push_back(
          {fmt::format("{} 2:1:($6-$2):(0) with vectors nohead linewidth 1.5 linecolor rgb {}", row,
                       ink_name(ink)),
           ""});
      elements.push_back(
          {fmt::format("{} 4:1:3:5:($1-0.3):($1+0.3) with boxxyerror {}", row, solid(ink)), ""});
      elements.push_back({row + " 4:($1-0.3):(0):(0.6) with vectors nohead linewidth 2.5 "
                                "linecolor rgb ink_paper",
                          ""});
    }
    if (any_outlier) {
      elements.push_back({gnuplot_quote(chart.name + "_outliers.csv") +
                              " using 2:1 with points pointtype 7 pointsize 0.4 "
                              "linecolor rgb ink_text",
                          ""});
    }
    marked = draw_thresholds(script, elements, plot.thresholds, x, chart.width);
    draw_elements(script, elements);
  }
};

}  // namespace

std::vector<ChartFile> chart_files(const Chart& chart) {
  Writer writer{.chart = chart, .files = {}, .script = {}};
  if (chart.width < 100 || chart.height < 100 || chart.width > 10000 || chart.height > 10000) {
    writer.reject(fmt::format("a size of {} x {}", chart.width, chart.height), "100 to 10000 each");
  }
  std::visit(writer, chart.plot);
  ScriptText script;
  script.line("# Drawn by: gnuplot all.gp. Colours and frame come from style.gp.");
  script.line("if (titled) set title {} offset 0, {}", gnuplot_quote(chart.title),
              writer.marked ? 0.9 : 0.0);
  script.line("set tmargin {} + (titled ? 1.5 : 0)", writer.marked ? 2.0 : 0.9);
  script.line("set xlabel {}", gnuplot_quote(chart.x_label));
  script.line("set ylabel {}", gnuplot_quote(chart.y_label));
  writer.files.push_back({chart.name + ".gp", script.take() + writer.script.take()});
  return std::move(writer.files);
}

}  // namespace gradus::study
