#include "apps/study/run/class_matrix.h"

#include <utility>

#include "apps/study/data/fashion_mnist.h"

namespace gradus::study {

Chart class_matrix_chart(std::vector<double> roc_auc, const char* title) {
  const std::vector<std::string> classes(kFashionClasses.begin(), kFashionClasses.end());
  return {.name = "matrix",
          .title = title,
          .x_label = "abnormal class",
          .y_label = "normal class",
          .plot = HeatmapChart{.rows = classes,
                               .columns = classes,
                               .values = std::move(roc_auc),
                               .low = 0.5,
                               .high = 1},
          .height = 620};
}

}  // namespace gradus::study
