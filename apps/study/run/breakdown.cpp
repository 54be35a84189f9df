#include "apps/study/run/breakdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "optim/terminate_on_nan.h"

namespace gradus::study {
namespace {

using optim::LossesUntil;

std::string place(const LossesUntil& e) {
  return e.step > 0 ? fmt::format("step {} of epoch {}", e.step, e.epoch)
                    : fmt::format("the validation after epoch {}", e.epoch);
}

std::string what_happened(const LossesUntil& e) {
  return fmt::format("The {} became {} in {}.", e.step > 0 ? "loss" : "validation loss",
                     std::isnan(e.value) ? "NaN" : "infinite", place(e));
}

std::string likely_cause(const LossesUntil& e, const StudyOptions& options) {
  return e.is_of_data()
             ? "No weight had changed yet, so likely the data has NaN, infinity or values far too "
               "large."
             : fmt::format(
                   "Likely the steps were too large: try a --learning-rate smaller than {}.",
                   options.learning_rate);
}

// Losses that explode are seen on a logarithmic scale alone.
bool explodes(const std::vector<double>& losses) {
  constexpr double kFar = 100;
  const auto [low, high] = std::ranges::minmax(losses);
  return low > 0 && high > kFar * low;
}

void add_losses(Page& page, const LossesUntil& e) {
  page.section("The losses until then");
  if (!e.history.empty()) {
    Chart chart = loss_chart(e.history, "loss");
    auto& lines = std::get<LineChart>(chart.plot);
    lines.log_y = explodes(lines.lines.front().y);
    page.chart(std::move(chart), "Training and validation loss of the epochs before.");
  }
  if (!e.steps.empty()) {
    LineChart lines{.lines = {{"loss", e.steps}}, .log_y = explodes(e.steps), .counts_x = true};
    for (Index i = 0; i < std::ssize(e.steps); ++i) {
      lines.x.push_back(static_cast<double>(e.first_step + i));
    }
    page.chart({.name = "loss_by_step",
                .title = "Loss by step",
                .x_label = "step",
                .y_label = "loss",
                .plot = std::move(lines)},
               fmt::format("The loss of each step of epoch {} before.", e.epoch));
  }
  if (e.history.empty() && e.steps.empty()) page.add(Paragraph{"There are none before it."});
}

void write_report(const Run& run, const LossesUntil& e) {
  const bool has_earlier_end = std::filesystem::exists(run.folder / "model.safetensors");
  Page page(run);
  Report& report = page.report();
  Facts facts;
  for (const auto& [name, value] : run.settings) facts.facts.emplace_back(name, value);
  facts.facts.emplace_back("epochs asked for", std::to_string(run.options.epochs));
  report.title = "A training that broke down";
  report.subtitle = fmt::format("{}, seed {}", run.study, run.seed);
  report.lead = what_happened(e) + ' ' + likely_cause(e, run.options);
  report.headline = {{"Broke down in", fmt::format("epoch {}", e.epoch),
                      fmt::format("of {} asked for", run.options.epochs)},
                     {"At", e.step > 0 ? fmt::format("step {}", e.step) : "its end",
                      e.step > 0 ? "of that epoch" : "in the validation"},
                     {e.step > 0 ? "Loss" : "Validation loss",
                      std::isnan(e.value) ? "NaN" : "infinite", "not a number to learn from"}};

  page.section("What happened");
  page.add(Callout{"The training ended there",
                   "It has no result, and no model came of it. The same command with another "
                   "--learning-rate and --force starts over."});
  // Taken up within this epoch, the run cannot end before it any more.
  if (e.epoch > 1 && e.first_step == 1 && run.summary.empty()) {
    page.add(
        Paragraph{fmt::format("With --resume and --epochs {} the run ends before it breaks "
                              "down, and has a model and a report of what it learned so far.",
                              e.epoch - 1)});
  }
  if (has_earlier_end) {
    page.add(Callout{"Older files",
                     "The model and the other files beside this page are of an earlier end of "
                     "this run, after fewer epochs."});
  }
  add_losses(page, e);
  page.section("About this run");
  page.add(std::move(facts));
  page.write();
}

}  // namespace

void run_or_report(const Run& run, const std::function<void(const Run&)>& run_one) {
  try {
    run_one(run);
  } catch (const optim::NonFiniteLoss& e) {
    try {
      write_report(run, e.until);
    } catch (const Error& in_report) {
      fail("{}; there is no report, either: {}", e.what(), in_report.what());
    }
    throw BrokeDown(e.what(), run.folder / "report.html");
  }
}

void add_broken_runs(Page& page, const std::vector<PlannedRun>& plan,
                     const std::vector<std::string>& what) {
  Table table{"Each of them and its report", {{"run"}, {"what happened"}}, {}};
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (what[i].empty()) continue;
    table.rows.push_back({plan[i].title, what[i]});
    table.links.push_back(plan[i].subpath + "/report.html");
  }
  page.section("Runs that broke down");
  page.add(Callout{fmt::format("{} of {} runs broke down", table.rows.size(), plan.size()),
                   "Their loss became NaN or infinite. They have no result and no model, and "
                   "nothing of them is in any figure here."});
  page.add(std::move(table));
}

std::string failed_runs(const std::vector<PlannedRun>& plan, const std::vector<std::string>& what) {
  const auto first = std::ranges::find_if(what, [](const std::string& w) { return !w.empty(); });
  const auto failed = what.size() - static_cast<std::size_t>(std::ranges::count(what, ""));
  const std::string one =
      fmt::format("{}: {}", plan[static_cast<std::size_t>(first - what.begin())].title, *first);
  return failed == 1 ? one : fmt::format("{} of {} runs failed; {}", failed, plan.size(), one);
}

}  // namespace gradus::study
