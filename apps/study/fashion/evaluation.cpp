#include "apps/study/fashion/evaluation.h"

namespace gradus::study {
Evaluation evaluate(const FashionSets& sets, const Reconstruct& reconstruct) {
  Evaluation e{};
  e.train_normal = reconstruction_mae(sets.train_normal.images, reconstruct);
  e.valid = reconstruction_mae(sets.valid.images, reconstruct);
  e.test = reconstruction_mae(sets.test.images, reconstruct);
  e.valid_normal = only(e.valid, sets.valid.is_normal, true);
  e.valid_abnormal = only(e.valid, sets.valid.is_normal, false);
  e.test_normal = only(e.test, sets.test.is_normal, true);
  e.test_abnormal = only(e.test, sets.test.is_normal, false);

  e.search = find_thresholds(e.train_normal, e.valid_normal, e.valid_abnormal);
  const Thresholds& t = e.search.thresholds;
  const auto at = [&](const char* name, const char* title, double threshold) {
    return ThresholdResult{name, title, threshold,
                           confusion(e.test, sets.test.is_normal, threshold)};
  };
  e.results = {at("best_validation", "Best on validation", t.best_validation),
               at("midpoint", "Midpoint", t.midpoint),
               at("mean_plus_2_5_std", "Mean + 2.5 std", t.mean_plus_2_5_std)};

  std::vector<bool> is_abnormal = sets.test.is_normal;
  is_abnormal.flip();
  e.roc_auc = roc_auc(e.test, is_abnormal);
  e.average_precision = average_precision(e.test, is_abnormal);
  return e;
}

}  // namespace gradus::study
