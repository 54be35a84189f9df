// How well each class of Fashion-MNIST is told from each other, as a picture.
//
// Thread safety: a free function without state.
#pragma once

#include <vector>

#include "apps/study/chart/chart.h"

namespace gradus::study {

/// The chart `matrix`: ROC-AUC, row by row, rows the normal class and columns the
/// abnormal one; NaN where there is none. Requires: 10 x 10 values.
Chart class_matrix_chart(std::vector<double> roc_auc, const char* title);

}  // namespace gradus::study
