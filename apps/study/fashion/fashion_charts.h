// The charts of a Fashion-MNIST study.
//
// Thread safety: free functions without state.
#pragma once

#include "apps/study/fashion/fashion_run.h"

namespace gradus::study {

/// The errors of a set and the thresholds it marks, those of normal and abnormal
/// images stacked where it has both.
Chart histogram_chart(const HistogramOf& of, const Thresholds& thresholds);

/// Accuracy on the validation set by threshold, with the best of them.
Chart sweep_chart(const ThresholdSearch& search);

/// The first image of a set, its reconstruction, and the error between them.
Chart pixel_chart(const char* name, const char* title, const ImageSet& set,
                  const Reconstruct& reconstruct);

}  // namespace gradus::study
