// A user's own samples for a trained model, from whatever file they are in.
//
// Thread safety: free functions without state.
#pragma once

#include <filesystem>

#include "apps/study/model/model_file.h"
#include "tensor/tensor.h"

namespace gradus::study {

struct SampleOptions {
  /// Values are 0 to 1 already, not in the model's raw range.
  bool scaled = false;
  /// Each row of a CSV file ends in a label, which is left out.
  bool labelled = false;
};

/// The samples in `file`, scaled for the model of `card`: (n, sample...). The file
/// is IDX, CSV (either plain or gzipped) or NPY, told by its first bytes; a sample
/// may be flat or have its shape, and a single one may lack the first dimension.
/// Throws `Error`, naming the file, where it is none of these, its shape is not the
/// model's, a value is out of the model's range, there is no sample, or it is
/// `labelled` and no CSV file.
Tensor load_samples(const std::filesystem::path& file, const ModelCard& card,
                    const SampleOptions& options);

}  // namespace gradus::study
