// A matrix as coloured cells.
#include <cmath>

#include "apps/study/chart/chart_writer.h"

namespace gradus::study {

void ChartWriter::operator()(const HeatmapChart& plot) {
  const size_t columns = plot.columns.size();
  expect_size("the cells", plot.values.size(), plot.rows.size() * columns);
  if (!(plot.low < plot.high) || !std::isfinite(plot.high - plot.low)) {
    reject(fmt::format("a scale from {} to {}", plot.low, plot.high), "a finite, ascending one");
  }
  if (plot.decimals < 0 || plot.decimals > 9) {
    reject(fmt::format("{} decimals", plot.decimals), "0 to 9");
  }
  ScriptText csv;
  csv.line("row,column,value");
  bool empty = true;
  for (size_t i = 0; i < plot.values.size(); ++i) {
    if (!std::isfinite(plot.values[i])) continue;
    csv.line("{},{},{}", i / columns, i % columns, plot.values[i]);
    empty = false;
  }
  write_csv(csv);
  if (draw_empty(script, empty)) return;

  name_rows(plot.rows, 0.5);
  name_columns(plot.columns);
  script.line("set xrange [-0.5:{}]", static_cast<double>(columns) - 0.5);
  script.line("set cbrange [{}:{}]", plot.low, plot.high);
  script.line("unset border");
  script.line("unset colorbox");
  script.line("turn = {} + cell_turn * ({})", plot.low, plot.high - plot.low);
  // Paper shows between the cells; each number is in the ink that stands out.
  draw_elements(script,
                {{file + " using 2:1:($2-0.49):($2+0.49):($1-0.47):($1+0.47):3 with boxxyerror "
                         "fillstyle solid 1 noborder linecolor palette",
                  ""},
                 {fmt::format("{} using 2:1:(sprintf('%.{}f', $3)):"
                              "($3 < turn ? cell_text_low : cell_text_high) "
                              "with labels textcolor rgb variable",
                              file, plot.decimals),
                  ""}});
}

}  // namespace gradus::study
