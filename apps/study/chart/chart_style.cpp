// The gnuplot files that every chart of a folder shares.
#include <string_view>

#include "apps/study/chart/chart_script.h"
#include "apps/study/chart/chart_text.h"

namespace gradus::study {
namespace {

// The inks of lines and bars have a contrast of at least 3 to 1, which is what
// WCAG 2.1 asks of graphics: the light ones on white, the dark ones on #16181d,
// the page at night. The tint of an error needs none, for lines bound it. Any two
// inks differ by 0.08 or more in OKLab, also as seen without one kind of cone.
// The palette is one hue in even steps of OKLab's lightness; at `cell_turn` the
// light and the dark text have the same contrast, 4.4 to 1.
constexpr std::string_view kStyle =
    R"gp(# Colours and frame of every chart. Set before: dark (0 or 1).
reset
set encoding utf8
set datafile separator comma
set datafile columnheaders
if (dark) {
  ink_green = '#90cd8b'; ink_cyan = '#6ae5f7'; ink_magenta = '#f858cd'; ink_blue = '#5ea0fd'
  ink_red = '#fb4c08'; ink_orange = '#f7a605'; ink_slate = '#7a828e'; ink_violet = '#a934f2'
  ink_brown = '#975245'; ink_olive = '#e2ed74'; ink_error = '#6b3f45'
  ink_text = '#c9ced6'; ink_axis = '#5d6470'; ink_grid = '#2c3038'; ink_paper = '#16181d'
  cell_text_low = 0xffffff; cell_text_high = 0x10131a; cell_turn = 0.47
  set palette defined (0 '#242e3d', 1 '#2e486f', 2 '#3a63a0', 3 '#4f80ca', 4 '#6ea0e9', \
                       5 '#95c0ff', 6 '#cce0fd')
} else {
  ink_green = '#05764d'; ink_cyan = '#0fa2b3'; ink_magenta = '#aa32a5'; ink_blue = '#0c64f0'
  ink_red = '#c32b12'; ink_orange = '#f56507'; ink_slate = '#325164'; ink_violet = '#50257d'
  ink_brown = '#642e1c'; ink_olive = '#89995d'; ink_error = '#f3c3bf'
  ink_text = '#3a3f47'; ink_axis = '#a3a9b3'; ink_grid = '#e6e8ec'; ink_paper = '#ffffff'
  cell_text_low = 0x10131a; cell_text_high = 0xffffff; cell_turn = 0.6
  set palette defined (0 '#f0f6fd', 1 '#bbd3f8', 2 '#89b1ec', 3 '#5c8ed8', 4 '#366cbc', \
                       5 '#134c9a', 6 '#002f70')
}
see_through(ink) = (dark ? '#40' : '#60').ink[2:7]
faint(ink) = (dark ? '#98' : '#a8').ink[2:7]
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
    font 'sans-serif,11' fontscale 1.5 linewidth 1.5 pointscale 2 \
    background '#ffffff'
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
