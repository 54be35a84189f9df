// One run or many: the flag --seeds.
//
// Thread safety: called from `main`.
#pragma once

#include <functional>
#include <string>

#include "apps/study/run/runs.h"

namespace gradus::study {

/// Calls run_one for each of `options.seeds` consecutive seeds: a single run in
/// `options.out` itself; several side by side, each in its runs/seed_K, followed
/// by summary.csv with mean, standard deviation (of the sample), minimum and
/// maximum of every figure in their metrics.json, and by summary.html, which
/// shows them. Runs that are complete already are left alone. `settings` tell a
/// run of this study from others, beside the flags that all studies have.
void run_seeds(const StudyOptions& options, const std::string& study, const Settings& settings,
               const std::function<void(const Run&)>& run_one);

}  // namespace gradus::study
