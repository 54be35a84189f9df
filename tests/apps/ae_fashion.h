// Running ae_fashion on a small data set of its form, and reading what it wrote.
//
// Thread safety: free functions; the shared data set is made once, by one thread.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tensor/file.h"
#include "tests/support/idx_files.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace gradus::test {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;
using Json = nlohmann::json;

/// 400 training and 100 test images of 12 x 12 pixels, labels 0 to 9 in turn.
inline const fs::path& small_data() {
  static const TempDir folder;
  static const bool written = [] {
    write_fashion_like(folder.path(), {.train = 400, .test = 100, .rows = 12, .columns = 12});
    return true;
  }();
  (void)written;
  return folder.path();
}

inline Arguments join(Arguments all, const Arguments& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// The program with these arguments alone.
inline Ran ae_fashion(const Arguments& arguments, const RunOptions& options = {}) {
  return run_program(join({GRADUS_AE_FASHION}, arguments), options);
}

/// A quiet run into `out` that must do well, on the small data unless `more` says otherwise.
inline void train_into(const fs::path& out, const Arguments& more = {}) {
  Arguments arguments = join({"--out=" + out.string(), "--quiet"}, more);
  if (std::ranges::find(more, "--data") == more.end()) {
    arguments = join(arguments, {"--data", small_data()});
  }
  const Ran ran = ae_fashion(arguments);
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out + ran.err, "");
}

/// Files only: relative names in order, those of subfolders left out.
inline std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

inline Json metrics(const fs::path& run) { return Json::parse(read_file(run / "metrics.json")); }

/// All of metrics.json that is the same in every run of the same settings.
inline std::string lasting_metrics(const fs::path& run) {
  Json json = metrics(run);
  json.erase("seconds");
  return json.dump(1);
}

/// A CSV file without quotes.
struct Csv {
  std::string header;
  std::vector<std::vector<std::string>> rows;

  explicit Csv(const fs::path& path) {
    std::istringstream text(read_file(path));
    std::string line;
    std::getline(text, header);
    while (std::getline(text, line)) {
      std::istringstream cells(line);
      rows.emplace_back();
      for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
    }
  }
  std::vector<double> column(std::size_t i) const {
    std::vector<double> values;
    for (const auto& row : rows) values.push_back(std::stod(row.at(i)));
    return values;
  }
};

}  // namespace gradus::test
