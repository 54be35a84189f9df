// Draws sets of scores, and writes them down with their metrics for metrics.py,
// which works out the same with scikit-learn.
//
//   oracle_metrics FILE
#include "apps/study/analysis/metrics.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/study/analysis/thresholds.h"
#include "tensor/random.h"

namespace {

using namespace gradus;
using Json = nlohmann::json;

// Up to 200 scores, the positive ones more or less higher; in two of three sets on a
// grid of 2 to 40 values, so that most are ties.
Json draw(std::uint64_t number) {
  Generator random(20240229, number);
  const auto uniform = [&] { return static_cast<double>(random.bits()) / 4294967296.0; };
  const auto count = 1 + static_cast<std::size_t>(uniform() * 200);
  const double share = number % 50 == 0 ? 0 : number % 50 == 1 ? 1 : uniform();
  const double distance = uniform();
  const double grid = number % 3 == 0 ? 0 : 2 + std::floor(uniform() * 39);
  std::vector<double> scores;
  std::vector<bool> is_abnormal;
  for (std::size_t i = 0; i < count; ++i) {
    is_abnormal.push_back(uniform() < share);
    double score = uniform() + (is_abnormal.back() ? distance : 0);
    if (grid > 0) score = std::round(score * grid) / grid;
    scores.push_back(score);
  }
  std::vector<bool> is_normal = is_abnormal;
  is_normal.flip();

  const study::MeanStd all = study::mean_std(scores);
  Json set{{"scores", scores},
           {"is_abnormal", is_abnormal},
           {"roc_auc", study::roc_auc(scores, is_abnormal)},
           {"average_precision", study::average_precision(scores, is_abnormal)},
           {"mean", all.mean},
           {"std", all.std}};
  const auto at = [&](double threshold) {
    const study::Confusion c = study::confusion(scores, is_normal, threshold);
    set["confusions"].push_back({{"threshold", threshold},
                                 {"counts",
                                  {{c.abnormal_as_abnormal, c.abnormal_as_normal},
                                   {c.normal_as_abnormal, c.normal_as_normal}}},
                                 {"accuracy", c.accuracy()},
                                 {"precision", c.precision()},
                                 {"recall", c.recall()}});
  };
  at(scores.front());  // on a score: it is not below itself
  at(uniform() * 2);
  const std::vector<double> normal = study::only(scores, is_normal, true),
                            abnormal = study::only(scores, is_normal, false);
  if (normal.empty() || abnormal.empty()) return set;
  for (const study::NamedThreshold& named :
       study::named(study::find_thresholds(normal, normal, abnormal).thresholds)) {
    set["thresholds"][named.name] = named.value;
  }
  at(set["thresholds"]["best_validation"]);
  return set;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::uint64_t kSets = 1000;
  if (argc != 2) {
    fmt::print(stderr, "usage: oracle_metrics FILE\n");
    return 2;
  }
  Json sets = Json::array();
  for (std::uint64_t number = 0; number < kSets; ++number) sets.push_back(draw(number));
  if (!(std::ofstream(argv[1]) << sets).flush()) {
    fmt::print(stderr, "{}: cannot be written\n", argv[1]);
    return 1;
  }
}
