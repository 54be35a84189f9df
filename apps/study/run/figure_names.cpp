#include "apps/study/run/figure_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "apps/study/analysis/thresholds.h"
#include "apps/study/data/fashion_mnist.h"

namespace gradus::study {
namespace {

struct Name {
  std::string_view key, words;
};

constexpr std::array kGroups{
    Name{"sizes", "Samples in each set"},
    Name{"seconds", "Seconds"},
    Name{"final", "Loss of the last epoch"},
    Name{"best.epoch", "Best epoch"},
    Name{"best.val_loss", "Validation loss of the best epoch"},
    Name{"mae: mean", "Mean absolute error (MAE), mean over each set"},
    Name{"mae: std", "Mean absolute error (MAE), standard deviation in each set"},
    Name{"thresholds", "Thresholds"},
    Name{"threshold", "Threshold"},
    Name{"results: threshold", "Thresholds of the results"},
    Name{"results: confusion", "Truth and verdict, samples"},
    Name{"results: accuracy", "Accuracy"},
    Name{"results: precision", "Precision, normal as positive"},
    Name{"results: recall", "Recall, normal as positive"},
    Name{"roc_auc", "ROC-AUC, abnormal ranked by error"},
    Name{"mean_roc_auc", "Mean ROC-AUC of all pairs"},
    Name{"average_precision", "Average precision, abnormal as positive"},
    Name{"flipped", "Errors (MAE) of transposed digits"},
    Name{"flipped.anomalies", "Transposed digits found anomalous"},
};

constexpr std::array kParts{
    Name{"train", "training"},
    Name{"train_normal", "training, normal"},
    Name{"train_abnormal", "training, abnormal"},
    Name{"valid_normal", "validation, normal"},
    Name{"valid_abnormal", "validation, abnormal"},
    Name{"test_normal", "test, normal"},
    Name{"test_abnormal", "test, abnormal"},
    Name{"loss", "training"},
    Name{"val_loss", "validation"},
    Name{"load", "loading"},
    Name{"evaluate", "evaluation"},
    Name{"mean_plus_std", "mean + std of normal training"},
    Name{"midpoint", "midpoint"},  // not "of 2 and 3": nothing is numbered here
    Name{"confusion.0.0", "abnormal as abnormal"},
    Name{"confusion.0.1", "abnormal as normal"},
    Name{"confusion.1.0", "normal as abnormal"},
    Name{"confusion.1.1", "normal as normal"},
};

std::string words_of(std::span<const Name> names, std::string_view key) {
  const auto found = std::ranges::find(names, key, &Name::key);
  if (found != names.end()) return std::string(found->words);
  for (const NamedThreshold& t : named({})) {
    if (key == t.name) return t.meaning;
  }
  std::string words(key);
  std::ranges::replace_if(
      words, [](char c) { return c == '_' || c == '.'; }, ' ');
  return words;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string group_title(const std::string& group) { return words_of(kGroups, group); }

std::string figure_label(const std::string& group, const std::string& label) {
  if (label == group) return group_title(group);  // it stands alone
  if (label.size() == 5 && label.starts_with("mae.") && is_digit(label[4])) {
    return fmt::format("image {} of the data", label[4]);
  }
  // The atlas: roc_auc.NORMAL.ABNORMAL, one digit each.
  if (label.size() == 11 && label.starts_with("roc_auc.") && is_digit(label[8]) &&
      label[9] == '.' && is_digit(label[10])) {
    const auto name = [&](std::size_t at) {
      return kFashionClasses[static_cast<std::size_t>(label[at] - '0')];
    };
    return fmt::format("{} against {}", name(8), name(10));
  }
  const std::size_t confusion = label.find(".confusion.");
  if (confusion != std::string::npos) {
    return fmt::format("{}: {}", words_of(kParts, label.substr(0, confusion)),
                       words_of(kParts, label.substr(confusion + 1)));
  }
  return words_of(kParts, label);
}

}  // namespace gradus::study
