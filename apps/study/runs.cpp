#include "apps/study/runs.h"

#include <atomic>
#include <exception>
#include <thread>

#include "apps/study/runs_progress.h"
#include "tensor/error.h"
#include "tensor/parallel.h"

namespace gradus::study {
namespace fs = std::filesystem;
namespace {

// A run that was stopped before its first checkpoint begins anew; a finished one
// whose checkpoint is gone is left to the user.
Run begin(const PlannedRun& planned, const StudyOptions& options, const RunFolder& parent) {
  const fs::path path = parent / planned.subpath;
  const bool begun =
      fs::exists(path / "checkpoint.safetensors") || fs::exists(path / "metrics.json");
  const bool resume = options.resume && begun;
  const bool anew = options.resume && !begun;
  return {options, planned.seed, RunFolder(path, anew ? Existing::overwrite : existing(options)),
          resume};
}

}  // namespace

Existing existing(const StudyOptions& options) {
  return options.force ? Existing::overwrite : options.resume ? Existing::resume : Existing::refuse;
}

void run_side_by_side(const StudyOptions& options, const RunFolder& parent,
                      const std::vector<PlannedRun>& plan, bool shows,
                      const std::function<void(std::size_t i, const Run&)>& run_one) {
  RunsProgress progress(plan, shows ? stderr : nullptr);
  std::vector<Run> runs;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    runs.push_back(begin(plan[i], options, parent));
    if (shows) runs.back().progress = &progress.of(i);
  }

  std::vector<std::string> errors(plan.size());  // empty: none
  std::atomic<std::size_t> next = 0;
  const auto work = [&](int threads) {
    const ThreadLimit limit(threads);
    for (std::size_t i = next++; i < runs.size(); i = next++) {
      try {
        run_one(i, runs[i]);
      } catch (const std::exception& e) {
        errors[i] = e.what();
      }
      progress.ended(i, errors[i]);
    }
  };
  const int threads = num_threads();
  const int side_by_side = std::max(1, std::min(threads, static_cast<int>(plan.size())));
  {
    std::vector<std::jthread> team;
    for (int t = 1; t < side_by_side; ++t) team.emplace_back(work, threads / side_by_side);
    work(threads / side_by_side);
  }

  std::size_t failed = 0, first = 0;
  for (std::size_t i = plan.size(); i-- > 0;) {
    if (errors[i].empty()) continue;
    ++failed;
    first = i;
  }
  if (failed == 1) fail("{}: {}", plan[first].title, errors[first]);
  if (failed > 1) {
    fail("{} of {} runs failed; {}: {}", failed, plan.size(), plan[first].title, errors[first]);
  }
}

}  // namespace gradus::study
