// The frame of a study program: flags, exit status, one run or many.
//
// Thread safety: called from `main`.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "apps/study/options.h"
#include "apps/study/run_folder.h"

namespace gradus::study {

/// A command line with the flags of `options`, whose values are the defaults,
/// behind those that a program adds to `flags()`. `name` is that of the study.
class Program {
 public:
  Program(std::string name, std::string description, StudyOptions& options);

  CLI::App& flags() { return app_; }

  /// Parses the flags and calls `body`. Returns the exit status: 0, or 2 for
  /// wrong usage, or 1 for any other failure; the latter two with one line on
  /// standard error.
  int run(int argc, char** argv, const std::function<void()>& body);

 private:
  void add_common_flags();

  std::string name_;
  StudyOptions& options_;
  CLI::App app_;
};

/// Calls run_one(seed, folder) for each of `options.seeds` consecutive seeds: a
/// single run in `options.out` itself, several in its runs/seed_K, followed by
/// summary.csv with mean, standard deviation (of the sample), minimum and
/// maximum of every figure in their metrics.json.
void run_seeds(const StudyOptions& options,
               const std::function<void(std::uint64_t seed, const RunFolder& folder)>& run_one);

}  // namespace gradus::study
