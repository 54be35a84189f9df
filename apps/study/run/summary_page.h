// What several runs of a study leave together: their figures as a table for
// scripts and as a page for people.
//
// Thread safety: one thread writes a folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/study/run/figures.h"
#include "apps/study/run/runs.h"

namespace gradus::study {

/// Writes summary.csv and summary.html with its charts into `folder`. The runs of
/// `plan` that did not break down (see add_broken_runs) have `figures`, in the same order;
/// where any did, the page says so above all else, and there is no summary.csv. Throws
/// `Error` where a file of theirs cannot be read or one of these be written.
void write_summary(RunFolder& folder, const std::string& study, const std::vector<PlannedRun>& plan,
                   const std::vector<std::string>& broke_down, const std::vector<Figure>& figures);

}  // namespace gradus::study
