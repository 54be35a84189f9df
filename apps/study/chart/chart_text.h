// The phrases of gnuplot that every kind of chart is written with. Internal to
// `draw_charts`.
//
// Thread safety: free functions without state, and plain values.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/study/chart/chart.h"
#include "apps/study/chart/chart_layout.h"

namespace gradus::study {

/// A script, or the data under it, while it is written.
class ScriptText {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...);
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// `text` as a gnuplot string of one line in which nothing is special.
std::string gnuplot_quote(std::string_view text);

/// `parts` with `separator` between them.
std::string joined(const std::vector<std::string>& parts, std::string_view separator);

/// The variable of style.gp that holds the colour.
std::string ink_name(Ink ink);

/// A filled area without a border.
std::string solid_fill(Ink ink);

/// One element of a plot command, and its name in the key: none where empty.
struct PlotElement {
  std::string plot;
  std::string name;
};

/// A number of a data file; NaN where not finite.
std::string csv_number(double value);

/// A field of a data file's header, quoted: a comma in a name adds no column.
std::string csv_field(std::string_view text);

/// The range and the scale of the x axis.
void set_x_range(ScriptText& script, const AxisRange& x);

/// Widens the x axis to hold the lines.
void add_thresholds(AxisRange& x, const std::vector<Threshold>& thresholds);

/// If `empty`, draws a frame that says so. Returns `empty`.
bool draw_empty(ScriptText& script, bool empty);

/// Draws the lines and the marks above them, on a chart `width` pixels wide, and
/// appends their entries in the key to the plot `elements`. True if there are
/// marks, which need room above the frame.
bool draw_thresholds(ScriptText& script, std::vector<PlotElement>& elements,
                     const std::vector<Threshold>& thresholds, const AxisRange& x, int width);

/// The plot command, and a key as wide as the names need.
void draw_elements(ScriptText& script, const std::vector<PlotElement>& elements);

}  // namespace gradus::study
