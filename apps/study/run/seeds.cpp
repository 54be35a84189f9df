#include "apps/study/run/seeds.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/study/chart/chart.h"
#include "apps/study/run/breakdown.h"
#include "apps/study/run/figure_names.h"
#include "apps/study/run/figures.h"
#include "apps/study/run/summary_page.h"
#include "optim/progress.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

// The settings of a run, but for its seed.
Settings with_common(const std::string& study, Settings settings, const StudyOptions& options) {
  settings.insert(settings.begin(), {"study", study});
  settings.emplace_back("batch size", std::to_string(options.batch_size));
  settings.emplace_back("learning rate", fmt::format("{}", options.learning_rate));
  settings.emplace_back("gemm", options.gemm);
  return settings;
}

Settings with_seed(Settings settings, std::uint64_t seed) {
  settings.emplace_back("seed", std::to_string(seed));
  return settings;
}

std::string one_run_of(const std::string& study) { return "a run of " + study; }

// Those that differ from run to run; of a long list, such as an atlas's, the page tells.
void print_figures(const std::vector<Figure>& figures) {
  constexpr std::size_t kMost = 20;
  fmt::print("\n{:<48} {:>10} {:>10}\n", "", "mean", "std");
  for (const FigureGroup& group : grouped_figures(figures)) {
    const bool alone = group.figures.size() == 1;
    if (alone && group.figures[0].min() == group.figures[0].max()) continue;
    if (!alone) fmt::print("{}\n", group_title(group.name));
    if (group.figures.size() > kMost) {
      fmt::print("  {} figures, see summary.csv\n", group.figures.size());
      continue;
    }
    for (std::size_t i = 0; i < group.figures.size(); ++i) {
      const Figure& f = group.figures[i];
      fmt::print("{:<48} {:>10.5g} {:>10.2g}\n",
                 (alone ? "" : "  ") + figure_label(group.name, group.labels[i]), f.mean(),
                 f.sample_std());
    }
  }
}

// A run that was begun and is not asked for would be left out of the summary.
void check_all_asked_for(const RunFolder& folder, const std::vector<PlannedRun>& plan) {
  for (const std::string& name : folder.runs()) {
    if (!RunFolder::has_run(folder / name)) continue;
    if (std::ranges::find(plan, name, &PlannedRun::subpath) != plan.end()) continue;
    fail("{}: holds {} too, which --seed and --seeds leave out; ask for it as well",
         folder.path().string(), name);
  }
}

void run_several(const StudyOptions& options, const std::string& study, const Settings& settings,
                 const std::function<void(const Run&)>& run_one) {
  RunFolder folder(options.out, existing(options), "several runs of " + study, settings);
  std::vector<PlannedRun> plan;
  for (int i = 0; i < options.seeds; ++i) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(i);
    plan.push_back({fmt::format("seed {}", seed), fmt::format("runs/seed_{}", seed),
                    one_run_of(study), seed, with_seed(settings, seed)});
  }
  check_all_asked_for(folder, plan);
  const std::vector<std::string> broke_down =
      run_side_by_side(options, study, folder, plan, "summary.html", !options.quiet,
                       [&](std::size_t, const Run& run) { run_one(run); });
  const std::vector<Figure> figures = write_summary(folder, study, plan, broke_down);
  if (std::ranges::count(broke_down, "") < std::ssize(plan)) {
    throw BrokeDown(failed_runs(plan, broke_down), folder / "summary.html");
  }
  if (options.quiet) return;
  print_figures(figures);
  fmt::print("\nSummary: {}\n", (folder / "summary.html").string());
}

void run_single(const StudyOptions& options, const std::string& study, const Settings& settings,
                const std::function<void(const Run&)>& run_one) {
  const Settings all = with_seed(settings, options.seed);
  RunFolder folder(options.out, existing(options), one_run_of(study), all);
  if (is_complete(options, folder.path(), options.seed)) {
    if (options.quiet) return;
    fmt::print("{}: complete after {} epochs; train on with more --epochs\nReport: {}\n",
               folder.path().string(), options.epochs, (folder / "report.html").string());
    return;
  }
  optim::ProgressBar bar;
  run_or_report({.options = options,
                 .study = study,
                 .seed = options.seed,
                 .folder = folder,
                 .settings = all,
                 .progress = options.quiet ? nullptr : &bar,
                 .prints = !options.quiet},
                run_one);
}

}  // namespace

void run_seeds(const StudyOptions& options, const std::string& study, const Settings& settings,
               const std::function<void(const Run&)>& run_one) {
  require_gnuplot();  // before an earlier run goes, and one trains for minutes
  const Settings common = with_common(study, settings, options);
  options.seeds > 1 ? run_several(options, study, common, run_one)
                    : run_single(options, study, common, run_one);
}

}  // namespace gradus::study
