// Several training runs of one program, side by side.
//
// Runs share nothing but the data they read, so each gets a thread and its part
// of the processors: on two cores two short runs of ae_fashion take 8.5 s so, and
// 10.3 s one after the other on both.
//
// Thread safety: called from one thread; `run_one` is called from several at
// once, and what it touches besides its run must be safe for that.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/study/run/run.h"

namespace gradus::study {

/// One of several runs, before it begins.
struct PlannedRun {
  std::string title;    ///< for people: "seed 7"
  std::string subpath;  ///< of its folder in the program's: "runs/seed_7"
  std::string holds;    ///< what is to be in that (see RunFolder)
  std::uint64_t seed;
  Settings settings;
};

/// How `options` say a folder is to be treated.
Existing existing(const StudyOptions& options);

/// Whether the folder holds the finished run of `seed` with nothing left to do: all
/// of `options.epochs` were trained, and it is to be resumed. Throws `Error` where it
/// was trained for more, or its metrics.json is of another seed.
bool is_complete(const StudyOptions& options, const std::filesystem::path& folder,
                 std::uint64_t seed);

/// Calls run_one(i, run) for each run that is not complete, in its folder below
/// `parent`, whose page of all runs is the file `summary`, as many at once as there are threads.
/// With `options.resume` a run that was begun goes on and one that was not begins. With `shows`
/// progress is shown on standard error, one line for all. A run that fails does not end the others;
/// once all have ended, throws `Error` that names the first that failed, or Interrupted after a
/// signal. Where runs did no worse than to break down (see run_or_report), which is no failure,
/// returns for each run of the plan what happened, nothing where all is well.
std::vector<std::string> run_side_by_side(
    const StudyOptions& options, const std::string& study, RunFolder& parent,
    const std::vector<PlannedRun>& plan, const std::string& summary, bool shows,
    const std::function<void(std::size_t i, const Run&)>& run_one);

}  // namespace gradus::study
