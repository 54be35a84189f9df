#include "apps/study/run/summary_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/study/data/csv.h"
#include "apps/study/run/figure_names.h"
#include "apps/study/run/page.h"
#include "apps/study/text/text.h"
#include "tensor/file.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;

// The figures that tell at a glance how a run went, those there are.
struct KeyFigure {
  const char* name;
  const char* label;
  const char* note;
  int decimals = 4;
};
constexpr std::array kKeyFigures{
    KeyFigure{"results.best_validation.accuracy", "Accuracy", "at the best validation threshold"},
    KeyFigure{"results.test.accuracy", "Accuracy", "on the test set"},
    KeyFigure{"roc_auc", "ROC-AUC", "abnormal ranked by error"},
    KeyFigure{"mean_roc_auc", "Mean ROC-AUC", "of all pairs"},
    KeyFigure{"flipped.mean", "Transposed digits", "their mean MAE"},
    KeyFigure{"final.loss", "Loss", "last epoch"},
    KeyFigure{"final.val_loss", "Validation loss", "last epoch"},
    KeyFigure{"seconds.train", "Seconds", "of training", 1},
};

const Figure* find_figure(const std::vector<Figure>& figures, std::string_view name) {
  const auto found = std::ranges::find(figures, name, &Figure::name);
  return found == figures.end() ? nullptr : &*found;
}

bool is_constant(const Figure& figure) { return figure.min() == figure.max(); }

// A count in full, any other number to five digits.
std::string number(double value) {
  constexpr double kMostCounted = 1e15;
  return value == std::floor(value) && std::abs(value) < kMostCounted
             ? grouped(static_cast<std::int64_t>(value))
             : fmt::format("{:.5g}", value);
}

// The loss curves of all runs and their mean.
void add_losses(Page& page, const std::vector<fs::path>& runs) {
  constexpr std::size_t kMaxBytes = 64 << 20;
  LineChart chart{.counts_x = true};
  Line mean_loss{"loss, mean of the runs", {}, Ink::kBlue};
  Line mean_val_loss{"val_loss, mean of the runs", {}, Ink::kOrange};
  for (const fs::path& run : runs) {
    const NumberTable history = read_csv(run / "history.csv", kMaxBytes);
    Line loss{"", {}, Ink::kBlue, false, true}, val_loss{"", {}, Ink::kOrange, false, true};
    for (Index i = 0; i < history.rows; ++i) {
      const double* const row = history.values.data() + i * history.columns;
      if (chart.x.size() == static_cast<std::size_t>(i)) {
        chart.x.push_back(row[0]);
        mean_loss.y.push_back(0);
        mean_val_loss.y.push_back(0);
      }
      loss.y.push_back(row[1]);
      val_loss.y.push_back(row[2]);
      mean_loss.y[static_cast<std::size_t>(i)] += row[1] / static_cast<double>(runs.size());
      mean_val_loss.y[static_cast<std::size_t>(i)] += row[2] / static_cast<double>(runs.size());
    }
    chart.lines.push_back(std::move(loss));
    chart.lines.push_back(std::move(val_loss));
  }
  chart.lines.push_back(std::move(mean_loss));
  chart.lines.push_back(std::move(mean_val_loss));
  page.section("Training");
  page.chart({.name = "losses",
              .title = "Losses of all runs",
              .x_label = "epoch",
              .y_label = "loss",
              .plot = chart},
             "Training and validation losses: each run pale, their mean strong.");
}

void add_spread(Page& page, const std::vector<FigureGroup>& groups) {
  page.section("Spread of the figures");
  page.add(Paragraph{
      "Each dot is a run. The box spans the quartiles, the line in it is the median, and the "
      "whiskers reach to the furthest value within one and a half times the box's width."});
  for (const FigureGroup& group : groups) {
    const std::string title = group_title(group.name);
    Table table{
        title, {{"figure"}, {"mean", true}, {"std", true}, {"min", true}, {"max", true}}, {}};
    BoxChart chart{.points = true};
    for (std::size_t i = 0; i < group.figures.size(); ++i) {
      const Figure& f = group.figures[i];
      if (is_constant(f)) continue;
      const std::string label = figure_label(group.name, group.labels[i]);
      chart.groups.push_back({label, f.values, Ink::kBlue});
      table.rows.push_back({label, fmt::format("{:.5g}", f.mean()),
                            fmt::format("{:.2g}", f.sample_std()), fmt::format("{:.5g}", f.min()),
                            fmt::format("{:.5g}", f.max())});
    }
    if (chart.groups.empty()) continue;
    std::string name = "spread_";
    for (const char c : group.name) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
      if (plain || name.back() != '_') name += plain ? c : '_';
    }
    const auto height = static_cast<int>(90 + 46 * chart.groups.size());
    page.chart({.name = name, .title = title, .plot = chart, .height = height},
               fmt::format("{}: the spread over the runs.", title));
    page.add(std::move(table));
  }
}

// What no seed changes: settings of the runs, and figures that came out the same.
void add_constants(Page& page, const fs::path& first_run, const std::vector<FigureGroup>& groups) {
  Facts facts;
  const auto metrics = nlohmann::json::parse(read_file(first_run / "metrics.json"));
  for (const auto& [key, name] : {std::pair("epochs", "Epochs"), {"parameters", "Parameters"}}) {
    const auto found = metrics.find(key);
    if (found == metrics.end() || !found->is_number()) continue;
    facts.facts.emplace_back(name, number(found->get<double>()));
  }
  for (const FigureGroup& group : groups) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < group.figures.size(); ++i) {
      const Figure& f = group.figures[i];
      if (!is_constant(f)) continue;
      const bool alone = group.labels[i] == group.name;
      values.push_back(alone ? number(f.mean())
                             : fmt::format("{} {}", figure_label(group.name, group.labels[i]),
                                           number(f.mean())));
    }
    if (values.empty()) continue;
    facts.facts.emplace_back(group_title(group.name), fmt::format("{}", fmt::join(values, "; ")));
  }
  if (facts.facts.empty()) return;
  page.section("The same in every run");
  page.add(std::move(facts));
}

void add_runs(Page& page, const std::vector<PlannedRun>& plan, const std::vector<Figure>& figures) {
  Table table{"Each run and its report", {{"run"}}, {}};
  for (const PlannedRun& run : plan) {
    table.rows.push_back({run.title});
    table.links.push_back(run.subpath + "/report.html");
  }
  for (const KeyFigure& key : kKeyFigures) {
    const Figure* const figure = find_figure(figures, key.name);
    if (figure == nullptr) continue;
    table.columns.push_back({key.label, true});
    for (std::size_t i = 0; i < plan.size(); ++i) {
      table.rows[i].push_back(fmt::format("{:.{}f}", figure->values[i], key.decimals));
    }
  }
  page.section("The runs");
  page.add(std::move(table));
}

void add_head(Report& report, const std::string& study, const std::vector<PlannedRun>& plan,
              const std::vector<Figure>& figures) {
  report.title = fmt::format("{}: {} runs", study, plan.size());
  report.subtitle =
      fmt::format("The same study from {} to {}", plan.front().title, plan.back().title);
  report.lead =
      "What a single run gives depends on its seed: the first weights, the order of the samples, "
      "the split. Here is every figure as its mean over the runs ± the standard deviation of the "
      "sample, and how the runs spread.";
  for (const KeyFigure& key : kKeyFigures) {
    const Figure* const figure = find_figure(figures, key.name);
    if (figure == nullptr) continue;
    report.headline.push_back(
        {key.label, fmt::format("{:.{}f}", figure->mean(), key.decimals),
         fmt::format("± {:.{}f}, {}", figure->sample_std(), key.decimals, key.note)});
  }
  report.footer = footer(study);
}

}  // namespace

void write_summary(RunFolder& folder, const std::string& study, const std::vector<PlannedRun>& plan,
                   const std::vector<fs::path>& runs, const std::vector<Figure>& figures) {
  std::vector<FigureGroup> groups = grouped_figures(figures);
  std::ranges::stable_partition(groups, [](const FigureGroup& group) {  // results first
    return group.name != "sizes" && group.name != "seconds";
  });
  Page page(folder);
  add_head(page.report(), study, plan, figures);
  add_runs(page, plan, figures);
  if (fs::exists(runs.front() / "history.csv")) add_losses(page, runs);
  add_spread(page, groups);
  add_constants(page, runs.front(), groups);
  page.write("summary.html");
  folder.write("summary.csv", summary_csv(figures));
}

}  // namespace gradus::study
