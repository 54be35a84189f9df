#include "apps/study/run/runs.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "apps/study/run/breakdown.h"
#include "apps/study/run/interrupt.h"
#include "apps/study/run/runs_progress.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/json.h"
#include "tensor/parallel.h"

namespace gradus::study {
namespace fs = std::filesystem;
namespace {

// A run that was never begun begins also where the others are resumed.
Existing existing_of(const StudyOptions& options, const fs::path& folder) {
  if (options.resume && !RunFolder::has_run(folder)) return Existing::refuse;
  return existing(options);
}

}  // namespace

Existing existing(const StudyOptions& options) {
  return options.force ? Existing::overwrite : options.resume ? Existing::resume : Existing::refuse;
}

bool is_complete(const StudyOptions& options, const fs::path& folder, std::uint64_t seed) {
  const fs::path metrics = folder / "metrics.json";
  if (!options.resume || !fs::exists(metrics)) return false;
  const auto json = parse_json(metrics.string() + ":", read_file(metrics));
  const auto number = [&](const char* key) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    if (found == json.end() || !found->is_number_unsigned()) {
      fail(
          "{}: has no whole number under {}, expected the figures of a run; start over with "
          "--force",
          metrics.string(), key);
    }
    return found->get<std::uint64_t>();
  };
  if (number("seed") != seed) {
    fail("{}: is of seed {}, expected {}; start over with --force", metrics.string(),
         number("seed"), seed);
  }
  const std::uint64_t done = number("epochs");
  const auto epochs = static_cast<std::uint64_t>(options.epochs);
  if (done > epochs) {
    fail("{}: {} epochs are done already, more than --epochs {}", folder.string(), done,
         options.epochs);
  }
  return done == epochs && RunFolder::has_all(folder);
}

std::vector<std::string> run_side_by_side(
    const StudyOptions& options, const std::string& study, RunFolder& parent,
    const std::vector<PlannedRun>& plan, const std::string& summary, bool shows,
    const std::function<void(std::size_t i, const Run&)>& run_one) {
  std::vector<bool> complete;  // known, like what is wrong with a folder, before anything changes
  for (const PlannedRun& run : plan) {
    const fs::path path = parent / run.subpath;
    parent.check_run(run.subpath);
    RunFolder::check(path, existing_of(options, path), run.holds, run.settings);
    complete.push_back(is_complete(options, path, run.seed));
  }
  for (const PlannedRun& run : plan) parent.add_run(run.subpath);
  parent.mark_unfinished();

  const CatchSignals catch_signals;
  RunsProgress progress(plan, shows ? stderr : nullptr);
  std::vector<std::string> broke_down(plan.size()), failed(plan.size());  // empty: neither
  std::atomic<std::size_t> next = 0;
  const auto work = [&](int threads) {
    const ThreadLimit limit(threads);
    for (std::size_t i = next++; i < plan.size() && !signal_caught(); i = next++) {
      const PlannedRun& planned = plan[i];
      const fs::path path = parent / planned.subpath;
      try {
        if (!complete[i]) {
          RunFolder folder(path, existing_of(options, path), planned.holds, planned.settings);
          const Run run{.options = options,
                        .study = study,
                        .seed = planned.seed,
                        .folder = folder,
                        .settings = planned.settings,
                        .summary = fs::path(summary).lexically_relative(planned.subpath).string(),
                        .progress = shows ? &progress.of(i) : nullptr};
          run_or_report(run, [&](const Run& one) { run_one(i, one); });
        }
      } catch (const Interrupted&) {
        return;
      } catch (const BrokeDown& e) {
        broke_down[i] = e.happened;
      } catch (const std::exception& e) {
        failed[i] = e.what();
      }
      progress.ended(i, broke_down[i] + failed[i], complete[i]);
    }
  };
  const int threads = num_threads();
  const int side_by_side = std::max(1, std::min(threads, static_cast<int>(plan.size())));
  {
    std::vector<std::jthread> team;
    for (int t = 1; t < side_by_side; ++t) team.emplace_back(work, threads / side_by_side);
    work(threads / side_by_side);
  }

  if (const int signal = signal_caught()) throw Interrupted(signal);
  if (std::ranges::count(failed, "") < std::ssize(failed)) throw Error(failed_runs(plan, failed));
  return broke_down;
}

}  // namespace gradus::study
