#include "apps/study/seeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "apps/study/csv.h"
#include "apps/study/figures.h"
#include "apps/study/page.h"
#include "optim/progress.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;

std::string mean_and_std(const Figure& figure, int decimals) {
  return fmt::format("{:.{}f} ± {:.{}f}", figure.mean(), decimals, figure.sample_std(), decimals);
}

// The loss curves of all runs and their mean.
void add_losses(Page& page, const std::vector<fs::path>& runs) {
  constexpr std::size_t kMaxBytes = 64 << 20;
  LineChart chart;
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

void add_spread(Page& page, const std::vector<Figure>& figures) {
  page.section("Spread of every figure");
  page.add(Paragraph{
      "Each dot is a run. The box spans the quartiles, the line in it is the median, and the "
      "whiskers reach to the furthest value within one and a half times the box's width."});
  std::vector<FigureGroup> groups = grouped_figures(figures);
  std::ranges::stable_partition(groups, [](const FigureGroup& group) {  // results first
    return group.name != "sizes" && group.name != "seconds";
  });
  for (const FigureGroup& group : groups) {
    Table table{
        group.name, {{"figure"}, {"mean", true}, {"std", true}, {"min", true}, {"max", true}}, {}};
    BoxChart chart{.points = true};
    for (std::size_t i = 0; i < group.figures.size(); ++i) {
      const Figure& f = group.figures[i];
      chart.groups.push_back({group.labels[i], f.values, Ink::kBlue});
      table.rows.push_back({group.labels[i], fmt::format("{:.5g}", f.mean()),
                            fmt::format("{:.2g}", f.sample_std()), fmt::format("{:.5g}", f.min()),
                            fmt::format("{:.5g}", f.max())});
    }
    std::string name = "spread_";
    for (const char c : group.name) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
      if (plain || name.back() != '_') name += plain ? c : '_';
    }
    const auto height = static_cast<int>(90 + 46 * group.figures.size());
    page.chart({.name = name, .title = group.name, .plot = chart, .height = height},
               fmt::format("{} over the runs.", group.name));
    page.add(std::move(table));
  }
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
  const auto headline = [&](const char* name, const char* label, const char* note) {
    const auto found = std::ranges::find(figures, name, &Figure::name);
    if (found == figures.end()) return;
    report.headline.push_back({label, mean_and_std(*found, 4), note});
  };
  headline("results.best_validation.accuracy", "Accuracy", "at the best validation threshold");
  headline("results.test.accuracy", "Accuracy", "on the test set");
  headline("roc_auc", "ROC-AUC", "abnormal ranked by error");
  headline("mean_roc_auc", "Mean ROC-AUC", "of all pairs");
  headline("flipped.mean", "Transposed digits", "their mean MAE");
  headline("final.loss", "Loss", "last epoch");
  headline("final.val_loss", "Validation loss", "last epoch");
  report.footer = footer(study);
}

void write_summary(RunFolder& folder, const std::string& study, const std::vector<PlannedRun>& plan,
                   const std::vector<fs::path>& runs, const std::vector<Figure>& figures) {
  Page page(folder);
  add_head(page.report(), study, plan, figures);
  if (fs::exists(runs.front() / "history.csv")) add_losses(page, runs);
  add_spread(page, figures);
  page.section("The runs");
  Links links;
  for (const PlannedRun& run : plan) {
    links.links.push_back({run.title, run.subpath + "/report.html"});
  }
  page.add(std::move(links));
  page.write("summary.html");
  folder.write("summary.csv", summary_csv(figures));
}

// The settings of a run, but for its seed.
Settings with_common(const std::string& study, Settings settings, const StudyOptions& options) {
  settings.insert(settings.begin(), {"study", study});
  settings.emplace_back("batch size", std::to_string(options.batch_size));
  settings.emplace_back("learning rate", fmt::format("{}", options.learning_rate));
  return settings;
}

Settings with_seed(Settings settings, std::uint64_t seed) {
  settings.emplace_back("seed", std::to_string(seed));
  return settings;
}

std::string one_run_of(const std::string& study) { return "a run of " + study; }

void run_several(const StudyOptions& options, const std::string& study, const Settings& settings,
                 const std::function<void(const Run&)>& run_one) {
  RunFolder folder(options.out, existing(options), "several runs of " + study, settings);
  std::vector<PlannedRun> plan;
  std::vector<fs::path> runs;
  for (int i = 0; i < options.seeds; ++i) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(i);
    plan.push_back({fmt::format("seed {}", seed), fmt::format("runs/seed_{}", seed),
                    one_run_of(study), seed, with_seed(settings, seed)});
    runs.push_back(folder / plan.back().subpath);
  }
  run_side_by_side(options, folder, plan, !options.quiet,
                   [&](std::size_t, const Run& run) { run_one(run); });

  const std::vector<Figure> figures = figures_of(runs);
  write_summary(folder, study, plan, runs, figures);
  if (options.quiet) return;
  fmt::print("\n{:<40} {:>12} {:>12}\n", "figure", "mean", "std");
  for (const Figure& figure : figures) {
    fmt::print("{:<40} {:>12.6g} {:>12.6g}\n", figure.name, figure.mean(), figure.sample_std());
  }
  fmt::print("\nSummary: {}\n", (folder / "summary.html").string());
}

void run_single(const StudyOptions& options, const std::string& study, const Settings& settings,
                const std::function<void(const Run&)>& run_one) {
  const Settings all = with_seed(settings, options.seed);
  RunFolder folder(options.out, existing(options), one_run_of(study), all);
  if (is_complete(options, folder.path())) {
    if (options.quiet) return;
    fmt::print("{}: complete after {} epochs; train on with more --epochs\nReport: {}\n",
               folder.path().string(), options.epochs, (folder / "report.html").string());
    return;
  }
  optim::ProgressBar bar;
  run_one({.options = options,
           .seed = options.seed,
           .folder = folder,
           .settings = all,
           .progress = options.quiet ? nullptr : &bar,
           .prints = !options.quiet});
}

}  // namespace

void run_seeds(const StudyOptions& options, const std::string& study, const Settings& settings,
               const std::function<void(const Run&)>& run_one) {
  const Settings common = with_common(study, settings, options);
  options.seeds > 1 ? run_several(options, study, common, run_one)
                    : run_single(options, study, common, run_one);
}

}  // namespace gradus::study
