#include "apps/study/chart/chart_script.h"

#include <algorithm>

#include "apps/study/chart/chart_text.h"
#include "apps/study/chart/chart_writer.h"
#include "apps/study/text/encoding.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

struct Names {
  std::string tics;    // as of `set xtics (...)`
  size_t letters = 0;  // of the longest
};

Names numbered(const std::vector<std::string>& names) {
  std::vector<std::string> tics;
  Names all;
  for (size_t i = 0; i < names.size(); ++i) {
    tics.push_back(fmt::format("{} {}", gnuplot_quote(names[i]), i));
    all.letters = std::max(all.letters, names[i].size());
  }
  all.tics = joined(tics, ", ");
  return all;
}

}  // namespace

void ChartWriter::reject(std::string_view got, std::string_view expected) const {
  fail("[chart] {}: got {}, expected {}", clean_line(chart.name), got, expected);
}

void ChartWriter::expect_size(std::string_view what, size_t got, size_t expected) const {
  if (got != expected) {
    reject(fmt::format("{} values in {}", got, clean_line(what)), fmt::format("{}", expected));
  }
}

void ChartWriter::write_csv(ScriptText& csv, std::string_view of) {
  files.push_back({fmt::format("{}{}{}.csv", chart.name, of.empty() ? "" : "_", of), csv.take()});
}

void ChartWriter::write_columns(const std::vector<std::string>& header,
                                const std::vector<const std::vector<double>*>& columns) {
  ScriptText csv;
  csv.line("{}", joined(header, ","));
  for (size_t row = 0; row < columns.front()->size(); ++row) {
    std::vector<std::string> fields;
    for (const auto* column : columns) fields.push_back(csv_number((*column)[row]));
    csv.line("{}", joined(fields, ","));
  }
  write_csv(csv);
}

void ChartWriter::name_columns(const std::vector<std::string>& names) {
  const Names all = numbered(names);
  const bool crowded = all.letters * names.size() * 8 > static_cast<size_t>(chart.width);
  script.line("set xtics {}({}) scale 0", crowded ? "rotate by -35 " : "", all.tics);
}

void ChartWriter::name_rows(const std::vector<std::string>& names, double margin) {
  script.line("set yrange [{}:{}]", static_cast<double>(names.size()) - 1 + margin, -margin);
  script.line("set ytics ({}) scale 0", numbered(names).tics);
  script.line("unset grid");
}

std::vector<ChartFile> chart_files(const Chart& chart) {
  ChartWriter writer(chart);
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
