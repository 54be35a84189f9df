// One display for several runs that go on at once.
//
// Thread safety: every function may be called from any thread.
#pragma once

#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "apps/study/run/runs.h"
#include "optim/fit.h"

namespace gradus::study {

/// On a terminal one line that says how far all of it is, which runs are on and
/// the time left; elsewhere a line for each run that ends.
class RunsProgress {
 public:
  /// Null: nothing is shown.
  RunsProgress(const std::vector<PlannedRun>& plan, std::FILE* stream);
  ~RunsProgress();
  RunsProgress(const RunsProgress&) = delete;
  RunsProgress& operator=(const RunsProgress&) = delete;

  /// To be told of run `i`'s training.
  optim::Callback& of(std::size_t i);
  /// Run `i` has ended, with an `error` or none; or it was complete before.
  void ended(std::size_t i, const std::string& error, bool complete);

 private:
  class Watcher;
  using Clock = std::chrono::steady_clock;

  double done() const;  // of all the work, 0 to 1
  std::string time_left() const;
  void draw(bool always);

  std::FILE* stream_;
  bool terminal_;
  std::mutex mutex_;  // guards all below
  std::vector<std::unique_ptr<Watcher>> watchers_;
  std::size_t ended_ = 0;
  Clock::time_point begin_, last_drawn_;
};

}  // namespace gradus::study
