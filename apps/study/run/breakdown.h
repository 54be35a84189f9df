// A training that breaks down, its loss being NaN or infinite, leaves a report that
// says so: in its folder and on the page of all runs.
//
// Thread safety: free functions without state; one thread writes a folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/study/run/page.h"
#include "apps/study/run/runs.h"
#include "tensor/error.h"

namespace gradus::study {

/// Thrown where training broke down and `report` says so.
class BrokeDown : public Error {
 public:
  BrokeDown(const std::string& what, const std::filesystem::path& report)
      : Error(fmt::format("{}; see {}", what, report.string())), happened(what) {}

  const std::string happened;
};

/// Calls run_one(run). Where its training breaks down, writes report.html (what
/// happened, where it began, the likely cause, the losses up to there), but none of
/// the marks of a finished run, and throws BrokeDown.
void run_or_report(const Run& run, const std::function<void(const Run&)>& run_one);

/// The section of a page of several runs that says which broke down, with links to
/// their reports. `what` says for each run of the plan what happened, nothing where all
/// is well. Requires: one broke down.
void add_broken_runs(Page& page, const std::vector<PlannedRun>& plan,
                     const std::vector<std::string>& what);

/// Those runs of the plan that `what` says something of, for the terminal: "seed 7: ..." or
/// "2 of 9 runs failed; seed 7: ...". Requires: one at least.
std::string failed_runs(const std::vector<PlannedRun>& plan, const std::vector<std::string>& what);

}  // namespace gradus::study
