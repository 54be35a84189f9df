// The gnuplot files that every chart of a folder shares.
#include <string_view>

#include "apps/study/chart_script.h"
#include "apps/study/chart_text.h"

namespace gradus::study {
namespace {

// The inks of lines and bars have a contrast of at least 3 to 1, which is what
// WCAG 2.1 asks of graphics: the light ones on white, the dark ones on #16181d,
// the page at night. The tint of an error needs none, for lines bound it.
constexpr std::string_view kStyle =
    R"gp(# Colours and frame of every chart. Set before: dark (0 or 1).
reset
set encoding utf8
set datafile separator comma
set datafile columnheaders
if (dark) {
  ink_green = '#5fc46f'; ink_cyan = '#37cfe0'; ink_magenta = '#ef7bdc'; ink_blue = '#82a6ff'
  ink_red = '#ff766d'; ink_orange = '#f0a04b'; ink_slate = '#7688a3'; ink_error = '#6b3f45'
  ink_text = '#c9ced6'; ink_axis = '#5d6470'; ink_grid = '#2c3038'; ink_paper = '#16181d'
} else {
  ink_green = '#1f8a3b'; ink_cyan = '#0095a8'; ink_magenta = '#c0219b'; ink_blue = '#2457d6'
  ink_red = '#cf2027'; ink_orange = '#d9730d'; ink_slate = '#76869f'; ink_error = '#f3c3bf'
  ink_text = '#3a3f47'; ink_axis = '#a3a9b3'; ink_grid = '#e6e8ec'; ink_paper = '#ffffff'
}
set border 1 linecolor rgb ink_axis linewidth 1
set tics nomirror format '%h' textcolor rgb ink_text
set xtics out scale 0.5 offset 0, 0.2
set ytics scale 0
set grid ytics back linecolor rgb ink_grid linetype 1 linewidth 1
set title textcolor rgb ink_text
set xlabel offset 0, 0.6 textcolor rgb ink_text
set ylabel textcolor rgb ink_text
set key bmargin center horizontal Left reverse samplen 1.6 height 0.7 textcolor rgb ink_text
)gp";

// `suffix` lets the program draw under temporary names and then rename.
constexpr std::string_view kDraw =
    R"gp(# One chart to its three files: call 'draw.gp' NAME WIDTH HEIGHT
chart = ARG1
chart_width = int(ARG2)
chart_height = int(ARG3)
set print '-'
print chart

dark = 0
titled = 1
set terminal pngcairo noenhanced size 1.5*chart_width, 1.5*chart_height \
    font 'sans-serif,11' fontscale 1.5 linewidth 1.5 background '#ffffff'
set output '../'.chart.'.png'.suffix
load 'style.gp'
load chart.'.gp'
set output

titled = 0
set terminal svg noenhanced size chart_width, chart_height font 'sans-serif,14' linewidth 1
set output chart.'.light.svg'.suffix
load 'style.gp'
load chart.'.gp'
set output

dark = 1
set output chart.'.dark.svg'.suffix
load 'style.gp'
load chart.'.gp'
set output
)gp";

}  // namespace

std::vector<ChartFile> shared_chart_files(std::span<const Chart> charts) {
  ScriptText all;
  all.line("# Every chart again, from the .csv files here: gnuplot all.gp");
  all.line("if (!exists('suffix')) suffix = ''");
  for (const Chart& chart : charts) {
    all.line("call 'draw.gp' {} {} {}", gnuplot_quote(chart.name), chart.width, chart.height);
  }
  return {
      {"style.gp", std::string(kStyle)}, {"draw.gp", std::string(kDraw)}, {"all.gp", all.take()}};
}

}  // namespace gradus::study
