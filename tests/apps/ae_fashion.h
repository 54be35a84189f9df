// Running ae_fashion on a small data set of its form.
//
// Thread safety: as programs.h.
#pragma once

#include "tests/apps/programs.h"

namespace gradus::test {

/// The program with these arguments alone.
inline Ran ae_fashion(const Arguments& arguments, const RunOptions& options = {}) {
  return run_study("ae_fashion", arguments, options);
}

/// A quiet run into `out` that must do well, on the small data unless `more` says otherwise.
inline void train_into(const fs::path& out, const Arguments& more = {}) {
  train_study("ae_fashion", out, more);
}

}  // namespace gradus::test
