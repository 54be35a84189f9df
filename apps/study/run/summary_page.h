// What several runs of a study leave together: their figures as a table for
// scripts and as a page for people.
//
// Thread safety: one thread writes a folder.
#pragma once

#include <string>
#include <vector>

#include "apps/study/run/figures.h"
#include "apps/study/run/runs.h"

namespace gradus::study {

/// Writes summary.csv and summary.html with its charts into `folder`, and returns the
/// figures of the runs of `plan` that did not break down (see add_broken_runs), in the
/// same order; where any did, the page says so above all else, and there is no
/// summary.csv. Throws `Error` where a file of theirs cannot be read or one of these be
/// written.
std::vector<Figure> write_summary(RunFolder& folder, const std::string& study,
                                  const std::vector<PlannedRun>& plan,
                                  const std::vector<std::string>& broke_down);

}  // namespace gradus::study
