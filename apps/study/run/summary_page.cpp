#include "apps/study/run/summary_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

#include "apps/study/data/csv.h"
#include "apps/study/data/fashion_mnist.h"
#include "apps/study/run/breakdown.h"
#include "apps/study/run/class_matrix.h"
#include "apps/study/run/figure_names.h"
#include "apps/study/run/page.h"
#include "apps/study/text/text.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/json.h"

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
    KeyFigure{"seconds.train", "Seconds", "of training", 2},
};

const Figure* find_figure(const std::vector<Figure>& figures, std::string_view name) {
  const auto found = std::ranges::find(figures, name, &Figure::name);
  return found == figures.end() ? nullptr : &*found;
}

bool is_constant(const Figure& figure) { return figure.min() == figure.max(); }

std::string capitalised(std::string text) {
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

// What the runs are about, for a subtitle: "Normal classes Shirt (6), ..., ", or "Runs ".
std::string subject(const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) {
    const bool of_any = name == "study" || name == "data" || name == "batch size" ||
                        name == "learning rate" || name == "gemm" || name == "seed";
    if (!of_any) text += fmt::format("{} {}, ", text.empty() ? capitalised(name) : name, value);
  }
  return text.empty() ? "Runs " : text;
}

// A count in full, any other number to five digits.
std::string number(double value) {
  constexpr double kMostCounted = 1e15;
  return value == std::floor(value) && std::abs(value) < kMostCounted
             ? grouped(static_cast<std::int64_t>(value))
             : fmt::format("{:.5g}", value);
}

// With how many decimals a group's figures show three digits of their largest
// standard deviation; shares and small errors get four at least.
int decimals_of(const FigureGroup& group) {
  double spread = 0, size = 0;
  for (const Figure& f : group.figures) {
    spread = std::max(spread, f.sample_std());
    size = std::max({size, std::abs(f.min()), std::abs(f.max())});
  }
  const int digits = spread > 0 ? 2 - static_cast<int>(std::floor(std::log10(spread))) : 0;
  return std::clamp(digits, size <= 1 ? 4 : 0, 7);
}

// The loss curves of all runs and their mean.
void add_losses(Page& page, const std::vector<fs::path>& runs) {
  constexpr std::size_t kMaxBytes = 64 << 20;
  LineChart chart{.counts_x = true};
  Line mean_loss{"loss, mean of the runs", {}, Ink::kBlue};
  Line mean_val_loss{"val_loss, mean of the runs", {}, Ink::kOrange};
  for (const fs::path& run : runs) {
    const NumberTable history = read_csv(run / "history.csv", kMaxBytes, 4);
    if (&run != &runs.front() && std::size(chart.x) != static_cast<std::size_t>(history.rows)) {
      fail("{}: got {} epochs, expected {} as in {}; start over with --force",
           (run / "history.csv").string(), history.rows, chart.x.size(),
           (runs.front() / "history.csv").string());
    }
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

void add_spread(Page& page, const std::vector<FigureGroup>& groups, std::size_t runs) {
  page.section("Spread of the figures");
  const bool has_boxes = runs >= kLeastForABox;
  page.add(Paragraph{
      has_boxes ? "Each dot is a run. The box spans the quartiles, the line in it is the median, "
                  "and the whiskers reach to the furthest value within one and a half times the "
                  "box's width."
                : "Each dot is a run, the line their mean: too few for quartiles."});
  for (const FigureGroup& group : groups) {
    if (group.name == "results: threshold") continue;  // they are among the thresholds
    const std::string title = group_title(group.name);
    Table table{
        title, {{"figure"}, {"mean", true}, {"std", true}, {"min", true}, {"max", true}}, {}};
    BoxChart chart{.points = true};
    const int decimals = decimals_of(group);
    for (std::size_t i = 0; i < group.figures.size(); ++i) {
      const Figure& f = group.figures[i];
      if (is_constant(f)) continue;
      const std::string label = figure_label(group.name, group.labels[i]);
      chart.groups.push_back({label, f.values, Ink::kBlue});
      table.rows.push_back({label});
      for (const double value : {f.mean(), f.sample_std(), f.min(), f.max()}) {
        table.rows.back().push_back(fmt::format("{:.{}f}", value, decimals));
      }
    }
    if (chart.groups.empty()) continue;
    std::string name = "spread_";
    for (const char c : group.name) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
      if (plain || name.back() != '_') name += plain ? c : '_';
    }
    // Counts of right and wrong lie far apart, and many rows are a list and no picture.
    constexpr std::size_t kMostRows = 12;
    if (group.name != "results: confusion" && chart.groups.size() <= kMostRows) {
      const auto height = static_cast<int>(90 + 46 * chart.groups.size());
      page.chart({.name = name, .title = title, .plot = chart, .height = height},
                 fmt::format("{}: the spread over the runs.", title));
    }
    page.add(std::move(table));
  }
}

// The mean ROC-AUC of each pair of classes, where the runs are atlases.
void add_matrix(Page& page, const std::vector<FigureGroup>& groups) {
  const auto pairs = std::ranges::find(groups, "roc_auc", &FigureGroup::name);
  constexpr std::size_t kClasses = kFashionClasses.size();
  if (pairs == groups.end() || pairs->figures.size() != kClasses * (kClasses - 1)) return;
  std::vector<double> means;
  auto next = pairs->figures.begin();  // row by row, without the diagonal
  for (std::size_t i = 0; i < kClasses * kClasses; ++i) {
    means.push_back(i % (kClasses + 1) == 0 ? std::numeric_limits<double>::quiet_NaN()
                                            : (next++)->mean());
  }
  page.section("The atlas");
  page.chart(class_matrix_chart(means, "ROC-AUC of each pair, mean of the runs"),
             "Mean ROC-AUC: rows are the class that a model learned, columns the class it was "
             "held against.");
}

// What is the same in all runs: their settings, and figures that came out so.
void add_constants(Page& page, const Settings& settings, const fs::path& first_run,
                   const std::vector<FigureGroup>& groups) {
  Facts facts;
  for (const auto& [name, value] : settings) {
    if (name == "seed") continue;
    facts.facts.emplace_back(name == "data" ? "Data checksum" : capitalised(name), value);
  }
  const fs::path file = first_run / "metrics.json";
  const auto metrics = parse_json(file.string() + ":", read_file(file));
  for (const auto& [key, name] : {std::pair("epochs", "Epochs"), {"parameters", "Parameters"}}) {
    const auto found = metrics.find(key);
    if (found == metrics.end() || !found->is_number()) continue;
    facts.facts.emplace_back(name, number(found->get<double>()));
  }
  for (const FigureGroup& group : groups) {
    if (group.name == "seconds") continue;  // measured, and the same by chance
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
              std::size_t whole, const std::vector<Figure>& figures) {
  report.title = fmt::format("{}: {} runs", study, plan.size());
  report.subtitle = fmt::format("{}from {} to {}", subject(plan.front().settings),
                                plan.front().title, plan.back().title);
  report.lead =
      "What a single run gives depends on its seed, which decides all that is random in it. Here "
      "is every figure as its mean over the runs ± the standard deviation of the sample, and how "
      "the runs spread.";
  if (whole < plan.size()) {
    const std::string broken = fmt::format("{} of {}", plan.size() - whole, plan.size());
    report.lead = whole == 0
                      ? fmt::format("All {} runs broke down: there is no result.", plan.size())
                      : fmt::format(
                            "{} runs broke down, without a result; every figure "
                            "here is of the others alone.",
                            broken);
    report.headline.push_back({"Broke down", broken, "runs, see below"});
  }
  for (const KeyFigure& key : kKeyFigures) {
    const Figure* const figure = find_figure(figures, key.name);
    if (figure == nullptr || figure->values.size() < 2) continue;
    report.headline.push_back(
        {key.label, fmt::format("{:.{}f}", figure->mean(), key.decimals),
         fmt::format("± {:.{}f}, {}", figure->sample_std(), key.decimals, key.note)});
  }
}

}  // namespace

std::vector<Figure> write_summary(RunFolder& folder, const std::string& study,
                                  const std::vector<PlannedRun>& plan,
                                  const std::vector<std::string>& broke_down) {
  std::vector<PlannedRun> whole;
  std::vector<fs::path> runs;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (!broke_down[i].empty()) continue;
    whole.push_back(plan[i]);
    runs.push_back(folder / plan[i].subpath);
  }
  const bool all = whole.size() == plan.size();
  std::vector<Figure> figures = figures_of(runs);
  std::vector<FigureGroup> groups = grouped_figures(figures);
  std::ranges::stable_sort(groups, {}, [](const FigureGroup& group) {  // results first
    return group.name == "sizes" || group.name == "seconds";
  });
  Page page(folder, study);
  add_head(page.report(), study, plan, whole.size(), figures);
  if (!all) add_broken_runs(page, plan, broke_down);
  if (!whole.empty()) {
    add_runs(page, whole, figures);
    if (fs::exists(runs.front() / "history.csv")) add_losses(page, runs);
  }
  if (whole.size() > 1) {  // of one there is no mean and no spread
    add_matrix(page, groups);
    add_spread(page, groups, runs.size());
    add_constants(page, plan.front().settings, runs.front(), groups);
  }
  page.write("summary.html");
  if (all) folder.write("summary.csv", summary_csv(figures));
  return figures;
}

}  // namespace gradus::study
