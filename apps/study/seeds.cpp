#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "apps/study/metrics.h"
#include "apps/study/program.h"
#include "tensor/error.h"
#include "tensor/file.h"

namespace gradus::study {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Figure {
  std::string name;  // "mae.test_normal.mean"
  std::vector<double> values;

  double mean() const { return mean_std(values).mean; }
  double sample_std() const {
    const auto n = static_cast<double>(values.size());
    return n > 1 ? mean_std(values).std * std::sqrt(n / (n - 1)) : 0;
  }
};

// Adds every number in a run's metrics that can differ from seed to seed.
void collect(const Json& json, const std::string& name, std::vector<Figure>& figures) {
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      if (name.empty() && (key == "seed" || key == "epochs" || key == "parameters")) continue;
      collect(value, name.empty() ? key : name + "." + key, figures);
    }
  } else if (json.is_number()) {
    for (Figure& figure : figures) {
      if (figure.name == name) return figure.values.push_back(json.get<double>());
    }
    figures.push_back({name, {json.get<double>()}});
  }
}

std::string summary_csv(const std::vector<Figure>& figures) {
  std::string csv = "figure,mean,std,min,max,runs\n";
  for (const Figure& figure : figures) {
    const auto [low, high] = std::ranges::minmax(figure.values);
    csv += fmt::format("{},{},{},{},{},{}\n", figure.name, figure.mean(), figure.sample_std(), low,
                       high, figure.values.size());
  }
  return csv;
}

Existing existing(const StudyOptions& options) {
  return options.force ? Existing::overwrite : options.resume ? Existing::resume : Existing::refuse;
}

void require_checkpoint(const RunFolder& folder) {
  if (folder.has_checkpoint()) return;
  fail("{}: there is no checkpoint to go on from; start over with --force", folder.path().string());
}

}  // namespace

void run_seeds(const StudyOptions& options,
               const std::function<void(std::uint64_t seed, const RunFolder& folder)>& run_one) {
  const RunFolder folder(options.out, existing(options));
  if (options.seeds == 1) {
    if (options.resume) require_checkpoint(folder);
    return run_one(options.seed, folder);
  }
  if (options.resume && !fs::exists(folder / "runs")) {
    fail("{}: there are no runs of several seeds to resume; start them without --resume",
         folder.path().string());
  }
  std::vector<Figure> figures;
  for (int i = 0; i < options.seeds; ++i) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(i);
    const fs::path path = folder.path() / "runs" / fmt::format("seed_{}", seed);
    // A run that was stopped before its first checkpoint begins anew; a finished
    // one whose checkpoint is gone is left to the user.
    const bool begun =
        fs::exists(path / "checkpoint.safetensors") || fs::exists(path / "metrics.json");
    const bool replaces = options.force || (options.resume && !begun);
    const RunFolder run(path, replaces         ? Existing::overwrite
                              : options.resume ? Existing::resume
                                               : Existing::refuse);
    if (options.resume && !replaces) require_checkpoint(run);
    if (!options.quiet) {
      std::fputs(fmt::format("Run {} of {}: seed {}\n", i + 1, options.seeds, seed).c_str(),
                 stderr);
    }
    run_one(seed, run);
    folder.mark_unfinished();  // the summary is out of date
    collect(Json::parse(read_file(run / "metrics.json")), "", figures);
  }
  folder.write("summary.csv", summary_csv(figures));
  if (options.quiet) return;
  fmt::print("\n{:<40} {:>12} {:>12}\n", "figure", "mean", "std");
  for (const Figure& figure : figures) {
    fmt::print("{:<40} {:>12.6g} {:>12.6g}\n", figure.name, figure.mean(), figure.sample_std());
  }
  fmt::print("\nWritten to {}\n", (folder / "summary.csv").string());
}

}  // namespace gradus::study
