#include "apps/study/chart/chart_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/study/text/encoding.h"

namespace gradus::study {

std::string gnuplot_quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : clean_line(text)) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + '\'';
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string all;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) all += separator;
    all += part;
  }
  return all;
}

Ink class_ink(int i) {
  // The fuller colours first; the five after the first five share their shapes in
  // a scatter chart, so each stands far from the one five before it.
  constexpr std::array kInks{Ink::kBlue, Ink::kOrange, Ink::kGreen, Ink::kMagenta, Ink::kCyan,
                             Ink::kRed,  Ink::kViolet, Ink::kOlive, Ink::kBrown,   Ink::kSlate};
  return kInks[static_cast<size_t>(i) % kInks.size()];
}

std::string ink_name(Ink ink) {
  // In the order of Ink, to its last.
  constexpr std::array kNames{"ink_green",  "ink_cyan",  "ink_magenta", "ink_blue",  "ink_red",
                              "ink_orange", "ink_slate", "ink_violet",  "ink_brown", "ink_olive"};
  static_assert(kNames.size() == static_cast<size_t>(Ink::kOlive) + 1);
  return kNames[static_cast<size_t>(ink)];
}

std::string solid_fill(Ink ink) {
  return "fillstyle solid 1 noborder linecolor rgb " + ink_name(ink);
}

// gnuplot and every reader of CSV agree on NaN; not so on infinities.
std::string csv_number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "NaN";
}

std::string csv_field(std::string_view text) {
  std::string field = "\"";
  for (const char c : clean_line(text)) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

void draw_elements(ScriptText& script, const std::vector<PlotElement>& elements) {
  std::vector<std::string> plots;
  size_t longest = 0;
  for (const PlotElement& element : elements) {
    const bool named = !element.name.empty();
    plots.push_back(element.plot + (named ? " title " + gnuplot_quote(element.name) : " notitle"));
    longest = std::max(longest, element.name.size());
  }
  // gnuplot takes each letter for as wide as an "m" or so, which would leave long
  // names in one column under half a page of white.
  script.line("set key width {:.1f}", 1.0 - 0.12 * static_cast<double>(longest));
  script.line("plot {}", joined(plots, ", \\\n     "));
}

bool draw_empty(ScriptText& script, bool empty) {
  if (!empty) return false;
  script.line("set xrange [0:1]");
  script.line("set yrange [0:1]");
  script.line(
      "set label 'no finite value to draw' at graph 0.5, graph 0.5 center textcolor rgb ink_text");
  script.line("plot NaN notitle");
  return true;
}

void add_thresholds(AxisRange& x, const std::vector<Threshold>& thresholds) {
  for (const Threshold& threshold : thresholds) x.add(threshold.value);
}

bool draw_thresholds(ScriptText& script, std::vector<PlotElement>& elements,
                     const std::vector<Threshold>& thresholds, const AxisRange& x, int width) {
  std::vector<Threshold> drawn;
  for (const Threshold& threshold : thresholds) {
    if (x.can_show(threshold.value)) drawn.push_back(threshold);
    const std::string space = threshold.mark.empty() ? "" : "  ";
    elements.push_back(
        {fmt::format("NaN with lines linewidth 2 linecolor rgb {}", ink_name(threshold.ink)),
         fmt::format("{}{}{} ({:.4g})", threshold.mark, space, threshold.name, threshold.value)});
  }
  std::stable_sort(drawn.begin(), drawn.end(),
                   [](const Threshold& a, const Threshold& b) { return a.value < b.value; });
  std::vector<double> wanted;
  size_t longest = 1;
  for (const Threshold& threshold : drawn) {
    wanted.push_back(x.fraction(threshold.value));
    longest = std::max(longest, threshold.mark.size());
  }
  const double mark_width = (8.0 + 9.0 * static_cast<double>(longest)) / width;
  const std::vector<double> at = spread_labels(wanted, mark_width);
  for (size_t i = 0; i < drawn.size(); ++i) {
    const std::string ink = ink_name(drawn[i].ink);
    script.line(
        "set arrow from first {0}, graph 0 to first {0}, graph 1 nohead front linewidth 2 "
        "linecolor rgb {1}",
        drawn[i].value, ink);
    if (drawn[i].mark.empty()) continue;
    script.line(
        "set arrow from first {}, graph 1 to graph {:.4f}, graph 1.045 nohead linewidth 1.2 "
        "linecolor rgb {}",
        drawn[i].value, at[i], ink);
    script.line("set label {} at graph {:.4f}, graph 1.045 center offset 0, 0.55 textcolor rgb {}",
                gnuplot_quote(drawn[i].mark), at[i], ink);
  }
  return std::any_of(drawn.begin(), drawn.end(),
                     [](const Threshold& each) { return !each.mark.empty(); });
}

void set_x_range(ScriptText& script, const AxisRange& x) {
  if (x.logarithmic()) script.line("set logscale x");
  script.line("set xrange [{}:{}]", x.low(), x.high());
}

}  // namespace gradus::study
