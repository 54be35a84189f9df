// The charts of a run, drawn by gnuplot.
//
// A chart is a value that says what to show. `draw_charts` writes its data and
// a gnuplot script into the run folder's `charts/`, so that a person can redraw
// or restyle it without this program (`cd charts && gnuplot all.gp`), and
// returns it as a PNG file at the top of the run folder and as two SVG drawings,
// for light and for dark pages.
//
// Ownership: plain values; the caller owns all of them.
// Thread safety: free functions without state. Two calls on one folder at the
// same time are the caller's mistake.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace gradus::study {

/// A colour by its role; each has a light and a dark shade, legible on either.
/// The first five are the notebooks' threshold colours, in their order.
enum class Ink { kGreen, kCyan, kMagenta, kBlue, kRed, kOrange, kSlate, kViolet, kBrown, kOlive };

/// The colour of class `i`: ten that differ in lightness as well as in hue, for
/// readers who do not see all hues. From the eleventh class on they repeat.
/// Requires: i is not negative.
Ink class_ink(int i);

/// A vertical line at a value of x. A mark above it, such as "1", says which of
/// the lines in the key it is, so that nobody needs to tell the colours apart.
/// One whose value is not finite is in the key only.
struct Threshold {
  std::string mark{};
  std::string name{};
  double value = 0;
  Ink ink = Ink::kRed;
};

/// One curve; values that are not finite leave a gap.
struct Line {
  std::string name{};  ///< empty: not in the key
  std::vector<double> y{};
  Ink ink = Ink::kBlue;
  bool filled = false;  ///< tinted down to the x axis, as densities are drawn
  bool faint = false;   ///< thin and pale, below the others: one run of many
};

/// Curves over a shared x, such as losses over epochs or densities.
struct LineChart {
  std::vector<double> x{};  ///< as long as every line
  std::vector<Line> lines{};
  std::vector<Threshold> thresholds{};
  bool log_x = false;  ///< values of 0 and less are left out
  bool log_y = false;
  bool counts_x = false;  ///< x counts something, such as epochs: ticks at whole numbers alone
};

/// The counts of one set in the bins of a histogram.
struct HistogramSet {
  std::string name{};  ///< empty: not in the key
  std::vector<int64_t> counts{};
  Ink ink = Ink::kSlate;
};

/// Sets are stacked, so that the outline is the histogram of all together.
struct HistogramChart {
  std::vector<double> edges{};  ///< ascending, one more than there are bins
  std::vector<HistogramSet> sets{};
  std::vector<Threshold> thresholds{};
};

/// A signal, its reconstruction, and the area between them tinted as the error:
/// the pixels of an image row by row, or the samples of a heartbeat.
struct ErrorChart {
  std::vector<double> input{};
  std::vector<double> reconstruction{};  ///< as long as `input`
  Ink input_ink = Ink::kRed;
  Ink reconstruction_ink = Ink::kGreen;
};

/// The bars of one group, one a category.
struct BarGroup {
  std::string name{};  ///< empty: not in the key
  std::vector<double> values{};
  Ink ink = Ink::kBlue;
};

/// Categories along x, the groups' bars side by side in each.
struct BarChart {
  std::vector<std::string> categories{};
  std::vector<BarGroup> groups{};
};

/// The values a box summarises; those that are not finite are left out.
struct BoxGroup {
  std::string name{};
  std::vector<double> values{};
  Ink ink = Ink::kBlue;
};

/// Fewer values than these have no quartiles to speak of.
inline constexpr std::size_t kLeastForABox = 5;

/// One horizontal box a group: the quartiles, whiskers to the furthest value
/// within 1.5 times the box's width (J. W. Tukey, Exploratory Data Analysis,
/// 1977), and every value beyond as a point.
struct BoxChart {
  std::vector<BoxGroup> groups{};
  std::vector<Threshold> thresholds{};
  /// Every value as a dot, below its box. A group of fewer than
  /// kLeastForABox gets no box but its dots and a line at their mean.
  bool points = false;
};

/// The points of one group, such as the latent codes of one class.
struct ScatterGroup {
  std::string name{};       ///< empty: not in the key
  std::vector<double> x{};  ///< a point is left out where x or y is not finite
  std::vector<double> y{};  ///< as long as `x`
  Ink ink = Ink::kBlue;
};

/// Points in the plane, made for thousands of them: small, and see-through where
/// they crowd. A drawing grows by some 130 bytes a point.
struct ScatterChart {
  std::vector<ScatterGroup> groups{};
  bool equal_scale = false;  ///< one unit of x as long as one of y
};

/// A matrix as coloured cells with their numbers in them, the first row on top.
struct HeatmapChart {
  std::vector<std::string> rows{};     ///< names, at the left
  std::vector<std::string> columns{};  ///< names, below
  std::vector<double> values{};        ///< row by row; a cell stays blank where not finite
  /// Where the colours begin and end. Values outside get the colour of the end,
  /// and their own number.
  double low = 0;
  double high = 1;
  int decimals = 2;  ///< of the numbers: 0 to 9
};

/// What is drawn, its words, and its size.
struct Chart {
  std::string name{};   ///< stem of its files: letters, digits, '_' and '-' only
  std::string title{};  ///< on the PNG alone: on a page the caption says it
  std::string x_label{};
  std::string y_label{};
  std::variant<LineChart, HistogramChart, ErrorChart, BarChart, BoxChart, ScatterChart,
               HeatmapChart>
      plot{};
  int width = 960;  ///< of the SVG, in CSS pixels; the PNG has 1.5 times as many
  int height = 400;
};

/// A chart as it came out.
struct DrawnChart {
  std::filesystem::path png{};  ///< the file: FOLDER/NAME.png
  std::string light_svg{};      ///< whole documents, transparent behind
  std::string dark_svg{};
  int width = 0;  ///< of the SVG, in CSS pixels
  int height = 0;
};

/// Throws `Error` where PATH leads to no gnuplot: for programs that work long
/// before they draw.
void require_gnuplot();

/// Draws all of `charts`, in one gnuplot process, into the existing `folder` and
/// its subfolder `charts/`, made where missing. The results are in the order of
/// `charts`; no chart, no process and no file.
///
/// Words are shown as they are: nothing in them is markup to gnuplot, and bytes
/// that are no UTF-8 are replaced. A chart without a finite value is an empty
/// frame that says so, for a run that diverged still deserves its report.
///
/// Throws `Error` where a chart contradicts itself (sizes, names), and where
/// gnuplot (5.4 or newer, found through PATH) is missing or fails: of a failure the
/// message names the chart, the command and gnuplot's own words. A file under its final
/// name is always a whole one; what an earlier run left there then stays.
std::vector<DrawnChart> draw_charts(const std::filesystem::path& folder,
                                    std::span<const Chart> charts);

}  // namespace gradus::study
