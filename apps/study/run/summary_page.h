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
/// `plan` lie in the folders `runs` and have `figures`, in the same order. Throws
/// `Error` where a file of theirs cannot be read or one of these be written.
void write_summary(RunFolder& folder, const std::string& study, const std::vector<PlannedRun>& plan,
                   const std::vector<std::filesystem::path>& runs,
                   const std::vector<Figure>& figures);

}  // namespace gradus::study
