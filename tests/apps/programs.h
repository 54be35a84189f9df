// Running the programs on small data sets of their form, and reading what they wrote.
//
// Thread safety: free functions; the shared data set is made once, by one thread.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
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

/// Heartbeats of 20 samples and a label, normal (1) and abnormal (0) in turn: sines
/// of another height and phase under a little noise.
inline std::string small_ecg(int rows = 120) {
  std::string csv;
  uint32_t random = 1;
  for (int i = 0; i < rows; ++i) {
    const int normal = i % 2;
    for (int k = 0; k < 20; ++k) {
      random = random * 1664525 + 1013904223;
      const double noise = static_cast<double>(random >> 16) / 65536 / 2;
      csv += std::to_string((normal ? 1 : 1.4) * std::sin(k * 0.5 + (normal ? 0 : 1)) + noise);
      csv += ',';
    }
    csv += normal ? "1\n" : "0\n";
  }
  return csv;
}

/// Rows of 8 x 8 pixels, 0 to 16, and a label, 0 to 9 in turn.
inline std::string small_digits(uint32_t count = 200) {
  const std::string pixels = banded_images(count, 8, 8);
  std::string csv;
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t k = 0; k < 64; ++k) {
      csv += std::to_string(static_cast<uint8_t>(pixels[64 * i + k]) / 15 % 17) + ',';
    }
    csv += std::to_string(i % 10) + '\n';
  }
  return csv;
}

/// A folder with data for every study: ecg.csv, digits.csv, and 400 training and
/// 100 test images of 12 x 12 pixels in the form of Fashion-MNIST, labels 0 to 9 in turn.
inline const fs::path& small_data() {
  static const TempDir folder;
  static const bool written = [] {
    write_fashion_like(folder.path(), {.train = 400, .test = 100, .rows = 12, .columns = 12});
    write(folder / "ecg.csv", small_ecg());
    write(folder / "digits.csv", small_digits());
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
inline Ran run_study(const std::string& program, const Arguments& arguments,
                     const RunOptions& options = {}) {
  return run_program(join({GRADUS_PROGRAMS "/" + program}, arguments), options);
}

/// A quiet run into `out` that must do well, on the small data unless `more` says otherwise.
inline void train_study(const std::string& program, const fs::path& out,
                        const Arguments& more = {}) {
  Arguments arguments = join({"--out=" + out.string(), "--quiet"}, more);
  if (std::ranges::find(more, "--data") == more.end()) {
    arguments = join(arguments, {"--data", small_data()});
  }
  const Ran ran = run_study(program, arguments);
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out + ran.err, "");
}

/// One line that begins with the program's name and has `about` in it.
inline void expect_one_complaint(const std::string& program, const Ran& ran, int status,
                                 const std::string& about) {
  EXPECT_EQ(ran.status, status) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err_lines(), 1u) << ran.err;
  EXPECT_TRUE(ran.err.ends_with('\n'));
  EXPECT_THAT(ran.err,
              ::testing::AllOf(::testing::StartsWith(program + ": "), ::testing::HasSubstr(about)));
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

/// The keys of `json` with the types of their values, those of objects below:
/// "final.loss: float".
inline void describe(const Json& json, const std::string& name, std::vector<std::string>& lines) {
  if (!json.is_object()) {
    lines.push_back(name + ": " +
                    (json.is_number_integer() ? "integer"
                     : json.is_number_float() ? "float"
                                              : json.type_name()));
    return;
  }
  for (const auto& [key, value] : json.items()) {
    describe(value, name.empty() ? key : name + "." + key, lines);
  }
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

/// Every picture of a run begins and ends as a PNG file does.
inline void expect_whole_pictures(const fs::path& run) {
  for (const std::string& name : files_in(run)) {
    if (!name.ends_with(".png")) continue;
    const std::string png = read_file(run / name);
    ASSERT_TRUE(png.starts_with("\x89PNG\r\n\x1A\n")) << name;
    EXPECT_TRUE(png.ends_with("IEND\xAE\x42\x60\x82")) << name;
  }
}

/// A page that loads nothing, and whose links are to files that are there.
inline void expect_stands_alone(const fs::path& file) {
  const std::string page = read_file(file);
  EXPECT_EQ(page.find("http://"), page.npos);
  EXPECT_EQ(page.find("https://"), page.npos);
  EXPECT_EQ(page.find("{{"), page.npos) << "a tag of the template is left";
  for (const std::string attribute : {"src=\"", "srcset=\"", "href=\"", "url("}) {
    for (auto at = page.find(attribute); at != page.npos; at = page.find(attribute, at + 1)) {
      const auto begin = at + attribute.size();
      const std::string to = page.substr(begin, page.find_first_of("\")", begin) - begin);
      if (to.starts_with("data:") || to.starts_with("#")) continue;
      EXPECT_EQ(attribute, "href=\"") << "loads " << to;
      EXPECT_TRUE(fs::exists(file.parent_path() / to)) << to;
    }
  }
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

/// Whether two runs are the same, bit for bit, but for the time they took.
inline void expect_same_run(const fs::path& a, const fs::path& b) {
  const std::vector<std::string> names = files_in(a);
  EXPECT_EQ(names, files_in(b));
  const std::set<std::string> timed = {"metrics.json", "report.html", "history.csv",
                                       "checkpoint.safetensors"};
  for (const std::string& name : names) {
    if (timed.contains(name)) continue;
    EXPECT_TRUE(read_file(a / name) == read_file(b / name)) << name << " differs";
  }
  EXPECT_EQ(lasting_metrics(a), lasting_metrics(b));
  const Csv x(a / "history.csv"), y(b / "history.csv");
  for (const std::size_t column : {0, 1, 2}) EXPECT_EQ(x.column(column), y.column(column));
}

/// Every number of a metrics.json that differs between runs, by its dotted name.
inline void collect_figures(const Json& json, const std::string& name,
                            std::map<std::string, double>& all) {
  if (json.is_number()) all[name] = json;
  const auto inner = [&](const std::string& key) { return name.empty() ? key : name + "." + key; };
  for (std::size_t i = 0; json.is_array() && i < json.size(); ++i) {
    collect_figures(json[i], inner(std::to_string(i)), all);
  }
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items()) {
    const std::set<std::string> none = {"seed", "epochs", "parameters", "anomalies", "seconds"};
    if (!name.empty() || !none.contains(key)) collect_figures(value, inner(key), all);
  }
}

/// The rows of a summary.csv by their figures, without the seconds.
inline std::map<std::string, std::vector<std::string>> summary(const fs::path& folder) {
  const Csv csv(folder / "summary.csv");
  EXPECT_EQ(csv.header, "figure,mean,std,min,max,runs");
  std::map<std::string, std::vector<std::string>> rows;
  for (const auto& row : csv.rows) {
    if (!row[0].starts_with("seconds.")) rows[row[0]] = row;
  }
  return rows;
}

/// That summary.csv has every figure of the three runs' metrics.json, and no other.
inline void expect_summary_of(const fs::path& out, const std::vector<int>& seeds) {
  std::map<std::string, std::vector<double>> expected;
  for (const int seed : seeds) {
    const Json json = metrics(out / "runs" / ("seed_" + std::to_string(seed)));
    EXPECT_EQ(json["seed"], seed);
    std::map<std::string, double> all;
    collect_figures(json, "", all);
    for (const auto& [name, value] : all) expected[name].push_back(value);
  }
  const auto rows = summary(out);
  EXPECT_EQ(rows.size(), expected.size());
  for (const auto& [name, x] : expected) {
    ASSERT_TRUE(rows.contains(name)) << name;
    const std::vector<std::string>& row = rows.at(name);
    const auto n = static_cast<double>(x.size());
    double mean = 0, squares = 0;
    for (const double value : x) mean += value / n;
    for (const double value : x) squares += (value - mean) * (value - mean);
    EXPECT_NEAR(std::stod(row[1]), mean, 1e-12 * (1 + std::abs(mean))) << name;
    EXPECT_NEAR(std::stod(row[2]), std::sqrt(squares / (n - 1)), 1e-12 * (1 + std::abs(mean)))
        << name;
    EXPECT_EQ(std::stod(row[3]), std::ranges::min(x)) << name;
    EXPECT_EQ(std::stod(row[4]), std::ranges::max(x)) << name;
    EXPECT_EQ(row[5], std::to_string(x.size()));
  }
}

}  // namespace gradus::test
