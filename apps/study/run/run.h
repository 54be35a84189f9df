// One run of a study, as a program is asked for it.
//
// Ownership: a Run refers to its options, folder and progress, which outlive it.
// Thread safety: a plain value. Several runs may go on at once, each on a thread
// of its own.
#pragma once

#include <string>

#include "apps/study/run/options.h"
#include "apps/study/run/run_folder.h"
#include "optim/fit.h"

namespace gradus::study {

struct Run {
  const StudyOptions& options;
  std::string study;  ///< "ae_fashion"
  std::uint64_t seed;
  RunFolder& folder;
  Settings settings = {};    ///< what it has in common with a run it goes on with
  std::string summary = {};  ///< the page of all runs, as seen from this one's; empty: none
  optim::Callback* progress = nullptr;  ///< shows the training; null: nobody looks
  bool prints = false;                  ///< says on the terminal what came out
};

}  // namespace gradus::study
